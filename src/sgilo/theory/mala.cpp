#include "sgilo/theory/mala.h"

#include <atomic>
#include <cmath>

#include "sgilo/core/error.h"
#include "sgilo/sampling/langevin.h"

namespace sgilo {
namespace {

// -log q(to | from) of the Langevin proposal up to a constant:
// beta |to - from + eta grad|^2 / (4 eta).
Tensor proposal_energy(const Tensor& to, const Tensor& from, const Tensor& gradient,
                       const ChainOptions& options) {
  return (to - from + options.step_size * gradient).square().sum(1) *
         (options.inverse_temperature / (4 * options.step_size));
}

}  // namespace

MalaResult run_mala(const LossAndGradient& field, const Tensor& start, const ChainOptions& options,
                    const RandomStreams& streams, const ChainVisitor& visit) {
  const double eta = options.step_size, beta = options.inverse_temperature;
  if (std::isinf(beta))
    throw ConfigError("the inverse temperature must be finite: at infinity no proposal is random");
  std::atomic<std::int64_t> proposed = 0, accepted = 0;
  const auto make_step = [&](const Tensor& first) -> ChainStep {
    auto [loss, gradient] = field(first);
    return
        [&, loss = loss, gradient = gradient](const Tensor& x, const RandomStreams& own) mutable {
          const Tensor moved =
              langevin_step(x, -gradient, normal_of(own, x.sizes(), x.scalar_type()), eta, beta);
          const auto [moved_loss, moved_gradient] = field(moved);
          const Tensor log_ratio = beta * (loss - moved_loss) +
                                   proposal_energy(moved, x, gradient, options) -
                                   proposal_energy(x, moved, moved_gradient, options);
          const Tensor accept =
              own.child("accept").uniform({x.size(0)}).to(x.scalar_type()).log() < log_ratio;
          gradient = torch::where(accept.unsqueeze(1), moved_gradient, gradient);
          loss = torch::where(accept, moved_loss, loss);
          proposed += x.size(0);
          accepted += accept.sum().item<std::int64_t>();
          return torch::where(accept.unsqueeze(1), moved, x);
        };
  };
  const Tensor end = iterate_remembering_chains(make_step, start, options, streams, visit);
  return {end, proposed > 0 ? static_cast<double>(accepted) / static_cast<double>(proposed) : 0.0};
}

}  // namespace sgilo
