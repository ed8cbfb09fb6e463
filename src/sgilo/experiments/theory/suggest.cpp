#include "sgilo/experiments/theory/suggest.h"

#include <cmath>

namespace sgilo {
namespace {

std::string reason_of_concentration(const Advice& advice) {
  if (advice.concentration < 1)
    return "beta |x*|^2 / n: below 1 the posterior is mostly noise about 0; lower the noise";
  if (advice.concentration < 30)
    return "beta |x*|^2 / n: a wide posterior, to which chains contract more slowly than told here";
  return "beta |x*|^2 / n: the posterior keeps close to x*";
}

std::string reason_of_step_size(const Advice& advice) {
  const double stable = 2 / advice.greatest_curvature;
  return concat(advice.step_size < stable / 2
                    ? "as large as the bias allows; steps are stable below"
                    : "half of the largest stable step",
                " 2 / l = ", number_text(stable, 3), ", l = (1 + sqrt(n / m))^2");
}

}  // namespace

std::string plan(const AdviceOptions&) { return "would suggest settings of Langevin dynamics\n"; }

Suggestion suggest(const AdviceOptions& options) {
  const Advice advice = advise(options);
  Table table({"setting", "value", "reason"});
  const auto add = [&](std::string name, double value, std::string reason, int digits = 4) {
    table.add_row({std::move(name), number_text(value, digits), std::move(reason)});
  };
  const bool chosen = options.noise_std == 0 && options.inverse_temperature == 0;
  add("C", advice.concentration,
      chosen ? "no noise is given: a posterior as narrow as the accuracy, at least 100"
             : reason_of_concentration(advice));
  add("inverse temperature beta", advice.inverse_temperature, "1 / sigma^2 = C n / |x*|^2");
  add("spread of the posterior", advice.spread, "sqrt(n / beta)");
  add("step size eta", advice.step_size, reason_of_step_size(advice));
  add("bias", advice.bias,
      "of the stationary law if every curvature were l: at most half of the accuracy");
  add("time to reach x*", advice.hitting_time,
      concat("eta k from the saddle of ", options.depth,
             " layers, in the limit of large n; it grows like C^{1/3}"));
  add("steps", static_cast<double>(advice.steps),
      concat("(time + log(2 / eps) / l_min) / eta, l_min = (1 - sqrt(n / m))^2 = ",
             number_text(advice.least_curvature, 3),
             "; networks of moderate widths take two to four times as many"),
      15);
  return {advice, std::move(table)};
}

}  // namespace sgilo
