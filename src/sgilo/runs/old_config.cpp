#include "sgilo/runs/old_config.h"

#include <algorithm>
#include <array>

namespace sgilo {

Json upgraded_config(Json config) {
  constexpr std::array kernels{"langevin", "partial_reverse", "annealed"};
  if (!config.is_object() || !config.contains("solver")) return config;
  Json& solver = config["solver"];
  const auto is_old = [&](const char* kernel) { return solver.contains(kernel); };
  if (!solver.is_object() || std::none_of(kernels.begin(), kernels.end(), is_old)) return config;
  const Json chosen = solver.value("integrator", Json("annealed"));
  if (!chosen.is_string() || solver.value("kind", Json("sgilo")) != "sgilo") return config;
  const auto word = chosen.get<std::string>();
  Json integrator = {{"kind", word}};
  if (solver.contains(word) && solver[word].is_object()) integrator.update(solver[word]);
  for (const char* kernel : kernels) solver.erase(kernel);
  solver["integrator"] = integrator;
  return config;
}

}  // namespace sgilo
