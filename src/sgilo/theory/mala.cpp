#include "sgilo/theory/mala.h"

#include <atomic>
#include <cmath>

#include "sgilo/core/error.h"
#include "sgilo/sampling/langevin.h"

namespace sgilo {
namespace {

// -log q(to | from) of the Langevin proposal up to a constant: beta |to - from + eta grad|^2 /
// (4 eta).
Tensor proposal_energy(const Tensor& to, const Tensor& from, const Tensor& gradient,
                       const ChainOptions& options) {
  return (to - from + options.step_size * gradient).square().sum(1) *
         (options.inverse_temperature / (4 * options.step_size));
}

}  // namespace

MalaResult run_mala(const LossAndGradient& field, const Tensor& start, const ChainOptions& options,
                    const RandomStreams& streams, const ChainVisitor& visit) {
  const double eta = options.step_size, beta = options.inverse_temperature;
  if (!(eta > 0) || !(beta > 0) || std::isinf(beta))
    throw ConfigError(
        concat("step size and inverse temperature must be positive and finite, but are ", eta,
               " and ", beta));
  Tensor end = torch::empty_like(start);
  std::atomic<std::int64_t> proposed = 0, accepted = 0;
  for_each_group(start.size(0), streams,
                 [&](std::int64_t first, std::int64_t count, const RandomStreams& group) {
                   Tensor x = start.narrow(0, first, count).detach().clone();
                   auto [loss, gradient] = field(x);
                   bool goes_on = !visit || visit(0, first, x);
                   for (int step = 1; step <= options.steps && goes_on; ++step) {
                     const RandomStreams own =
                         group.child("step", static_cast<std::uint64_t>(step));
                     const Tensor moved = langevin_step(
                         x, -gradient, normal_of(own, x.sizes(), x.scalar_type()), eta, beta);
                     const auto [moved_loss, moved_gradient] = field(moved);
                     const Tensor log_ratio = beta * (loss - moved_loss) +
                                              proposal_energy(moved, x, gradient, options) -
                                              proposal_energy(x, moved, moved_gradient, options);
                     const Tensor accept =
                         own.child("accept").uniform({count}).to(x.scalar_type()).log() < log_ratio;
                     x = torch::where(accept.unsqueeze(1), moved, x);
                     gradient = torch::where(accept.unsqueeze(1), moved_gradient, gradient);
                     loss = torch::where(accept, moved_loss, loss);
                     proposed += count;
                     accepted += accept.sum().item<std::int64_t>();
                     goes_on = !visit || visit(step, first, x);
                   }
                   if (!torch::isfinite(x).all().item<bool>())
                     throw NumericError("a chain left the finite numbers");
                   end.narrow(0, first, count).copy_(x);
                 });
  return {end, proposed > 0 ? static_cast<double>(accepted) / static_cast<double>(proposed) : 0.0};
}

}  // namespace sgilo
