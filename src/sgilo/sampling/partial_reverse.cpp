#include "sgilo/sampling/partial_reverse.h"

#include "sgilo/core/options_json.h"
#include "sgilo/sampling/probability_flow.h"
#include "sgilo/sampling/reverse_sde.h"

namespace sgilo {

Tensor partial_reverse(const ScoreFunction& score, const Sde& sde, const Tensor& v, double t,
                       const PartialReverseOptions& options,
                       const std::vector<RandomStreams>& rows) {
  const Tensor v_t = sde.diffuse(v, t, noise_like(v, children(rows, "forward")));
  return reverse_to_zero(score, sde, v_t, t, options, children(rows, "reverse"));
}

Tensor reverse_to_zero(const ScoreFunction& score, const Sde& sde, const Tensor& v_t, double t,
                       const PartialReverseOptions& options,
                       const std::vector<RandomStreams>& rows) {
  validate(options, "partial_reverse.");
  if (options.method == ReverseMethod::ode) return denoise(score, sde, v_t, t, options.steps);
  const std::vector<double> ratios = denoising_ratios(sde.noise_ratio(t), options.steps);
  Tensor x = v_t;
  double now = t;
  for (std::size_t i = 0; i + 1 < ratios.size(); ++i) {
    const double next = sde.t_of_noise_ratio(ratios[i + 1]);
    if (next >= now) continue;
    x = predict(Predictor::exponential, score, sde, x, sde.transition(next, now),
                noise_like(x, children(rows, "step", i)))
            .x;
    now = next;
  }
  return sde.denoised(x, now, score_at(score, x, now));
}

}  // namespace sgilo
