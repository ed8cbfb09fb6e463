#include "sgilo/solvers/kernels/partial_reverse.h"

#include "sgilo/sampling/batch.h"
#include "sgilo/solvers/variables.h"

namespace sgilo {

LatentState transition(const PartialReverseKernelOptions& o, Target& target) {
  const LatentState& start = target.latent();
  const Tensor measured = target.measurements();
  const auto n = static_cast<double>(target.now.evaluations);
  Tensor x = flattened(start), h;
  for (std::int64_t i = 0; i < target.now.evaluations; ++i) {
    const Tensor g = flattened(target.data(unflattened(x, start), measured).gradient);
    h = stable_step(target.memory().preconditioner, x, g, torch::ones_like(x),
                    target.likelihood().scale(), o.std * o.std / n, target.adapting());
    x = x - h.unsqueeze(1) * g;
  }
  const Tensor std = (n * h).sqrt();
  return mapped(unflattened(x, start), [&](const Variable& v) {
    const Sde& sde = target.sde(v);
    const Tensor t = sde.t_of_std(std), score_t = sde.t_of_std(std.clamp_min(o.score_std));
    const Tensor s = per_row(std, v.value), scale = per_row(sde.mean_scale(t), v.value);
    const Tensor v_t = scale * v.value + s * target.noise("forward", v);
    const Tensor mean = (v_t + s.square() * target.score(v)(v_t, score_t)) / scale;
    return mean + s * target.noise("reverse", v);
  });
}

}  // namespace sgilo
