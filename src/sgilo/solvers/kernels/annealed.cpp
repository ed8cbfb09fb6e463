#include "sgilo/solvers/kernels/annealed.h"

#include <algorithm>
#include <cmath>

#include "sgilo/core/idle_options.h"
#include "sgilo/sampling/probability_flow.h"
#include "sgilo/solvers/kernels/inner_langevin.h"
#include "sgilo/solvers/kernels/perturb_and_optimise.h"

namespace sgilo {
namespace {

double std_of(const Moment& now, const AnnealedKernelOptions& o) {
  const double falling = std::max(1.0, o.descent * static_cast<double>(now.stage.rounds) - 1);
  const double done = std::min(1.0, static_cast<double>(now.round) / falling);
  return o.first_std * std::pow(o.last_std / o.first_std, done);
}

// r_t under one diffusion.
double coupling_width(const Sde& sde, double level, const AnnealedKernelOptions& o) {
  const double t = sde.t_of_std(level);
  return o.coupling * (o.denoise_steps == 1 ? sde.std(t) : sde.noise_ratio(t));
}

}  // namespace

LatentState transition(const AnnealedKernelOptions& o, Target& target) {
  const double level = std_of(target.now, o);
  const double r = coupling_width(target.sde(target.latent().variables[0]), level, o);
  const LatentState centre = mapped(target.latent(), [&](const Variable& v_0) {
    const Sde& sde = target.sde(v_0);
    const double t = sde.t_of_std(level);
    const Tensor v_t = sde.diffuse(v_0.value, t, target.noise("forward", v_0));
    return denoise(target.score(v_0), sde, v_t, t, o.denoise_steps);
  });
  if (o.inner == InnerStep::langevin) return inner_langevin(target, centre, r, o);
  return perturb_and_optimise(target, centre, r, o);
}

std::string describe(const AnnealedKernelOptions& o) {
  return concat("annealed with ", word_of(o.inner));
}

void require_consistent(const AnnealedKernelOptions& o, const std::string& path) {
  if (o.last_std > o.first_std)
    throw ConfigError(concat(path, "last_std must be at most first_std = ", o.first_std,
                             ", but is ", o.last_std));
  if (o.inner == InnerStep::langevin)
    refuse_idle(o, {"optimiser", "adam_rate"}, "with inner = langevin", path);
  else
    refuse_idle(o, {"step_size"}, "with inner = perturb_and_optimise", path);
  if (o.optimiser == InnerOptimiser::lbfgs)
    refuse_idle(o, {"adam_rate"}, "with optimiser = lbfgs", path);
}

void require_usable(const AnnealedKernelOptions& o, const Problem& problem,
                    const LatentState& stage) {
  if (o.inner == InnerStep::perturb_and_optimise && !problem.likelihood.has_perturb())
    throw ConfigError(
        concat("integrator annealed with inner = perturb_and_optimise draws the "
               "measurement's noise anew, which ",
               problem.likelihood.describe(), " does not allow; take inner = langevin"));
  const auto sde_of = [&](const Variable& x) -> const Sde& {
    return problem.priors.at(stage.layer, x.role).sde;
  };
  for (const double level : {o.first_std, o.last_std}) {
    const double width = coupling_width(sde_of(stage.variables[0]), level, o);
    for (const Variable& x : stage.variables)
      if (const double own = coupling_width(sde_of(x), level, o);
          std::abs(own - width) > 1e-6 * width)
        throw ConfigError(
            concat("integrator annealed couples all variables of a stage by one "
                   "width, but at noise level ",
                   level, " of stage ", stage.layer, " the diffusions of '",
                   stage.variables[0].name, "' and '", x.name, "' have ", width, " and ", own));
  }
}

}  // namespace sgilo
