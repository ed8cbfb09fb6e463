#include "sgilo/runs/old_config.h"

#include <algorithm>
#include <array>

namespace sgilo {
namespace {

void upgrade_integrator(Json& solver) {
  constexpr std::array kernels{"langevin", "partial_reverse", "annealed"};
  const auto is_old = [&](const char* kernel) { return solver.contains(kernel); };
  if (std::none_of(kernels.begin(), kernels.end(), is_old)) return;
  const Json chosen = solver.value("integrator", Json("annealed"));
  if (!chosen.is_string()) return;
  const auto word = chosen.get<std::string>();
  Json integrator = {{"kind", word}};
  if (solver.contains(word) && solver[word].is_object()) integrator.update(solver[word]);
  for (const char* kernel : kernels) solver.erase(kernel);
  solver["integrator"] = integrator;
}

void upgrade_styles_alone(Json& solver) {
  if (solver.value("use_layer_score", Json(true)) != false) return;
  if (solver.value("style_evaluations", Json()) == 100) solver.erase("style_evaluations");
}

bool is_count(const Json& json) {  // the sum of 1000 of them is an int
  return json.is_number_unsigned() && json.get<std::uint64_t>() <= 2'000'000;
}

void upgrade_steps(Json& options) {
  if (!options.contains("steps") || options.contains("evaluations")) return;
  const Json steps = options["steps"];
  if (!steps.is_array() || steps.empty() || steps.size() > 1000 ||
      !std::all_of(steps.begin(), steps.end(), is_count))
    return;
  std::int64_t all = 0;
  for (const Json& count : steps) all += count.get<std::int64_t>();
  options.erase("steps");
  options["evaluations"] = all;
  options["shares"] = steps;
}

}  // namespace

Json upgraded_config(Json config) {
  if (!config.is_object()) return config;
  if (!config.contains("solver")) {
    if (config.contains("portraits") || config.contains("radii")) upgrade_steps(config);  // invert
    return config;
  }
  Json& solver = config["solver"];
  if (!solver.is_object()) return config;
  const Json kind = solver.value("kind", Json("sgilo"));
  if (kind == "sgilo") upgrade_integrator(solver);
  if (kind == "sgilo") upgrade_styles_alone(solver);
  if (kind == "ilo") upgrade_steps(solver);
  return config;
}

}  // namespace sgilo
