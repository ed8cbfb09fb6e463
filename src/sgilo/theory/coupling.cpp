#include "sgilo/theory/coupling.h"

#include <cmath>

#include "sgilo/core/error.h"
#include "sgilo/sampling/langevin.h"

namespace sgilo {

void run_coupled_chains(const GradientField& gradient, const Tensor& x, const Tensor& y,
                        const CouplingOptions& options, const RandomStreams& streams,
                        const CouplingVisitor& visit) {
  if (!(options.step_size > 0) || !(options.inverse_temperature > 0) || options.substeps < 1)
    throw ConfigError(
        concat("step size, inverse temperature and substeps of a coupling must be "
               "positive, but are ",
               options.step_size, ", ", options.inverse_temperature, " and ", options.substeps));
  if (x.sizes() != y.sizes() || x.scalar_type() != y.scalar_type())
    throw ConfigError("the chains of a coupling must have one shape and one type");
  const double beta = options.inverse_temperature, substeps = options.substeps;
  for_each_group(
      x.size(0), streams, [&](std::int64_t first, std::int64_t count, const RandomStreams& group) {
        Tensor coarse = x.narrow(0, first, count).detach(),
               fine = y.narrow(0, first, count).detach();
        bool goes_on = visit(0, first, coarse, fine);
        for (int step = 1; step <= options.steps && goes_on; ++step) {
          const RandomStreams noise = group.child("step", static_cast<std::uint64_t>(step));
          Tensor increments = torch::zeros_like(coarse);
          for (int i = 0; i < options.substeps; ++i) {
            const Tensor u = normal_of(noise.child(static_cast<std::uint64_t>(i)), fine.sizes(),
                                       fine.scalar_type());
            fine = langevin_step(fine, -gradient(fine), u, options.step_size / substeps, beta);
            increments += u;
          }
          coarse = langevin_step(coarse, -gradient(coarse), increments / std::sqrt(substeps),
                                 options.step_size, beta);
          goes_on = visit(step, first, coarse, fine);
        }
        if (!torch::isfinite(coarse).all().item<bool>() ||
            !torch::isfinite(fine).all().item<bool>())
          throw NumericError(concat("a coupled chain left the finite numbers: a step size of ",
                                    options.step_size, " is too large here"));
      });
}

Tensor coupled_distances(const GradientField& gradient, const Tensor& x, const Tensor& y,
                         const CouplingOptions& options, const RandomStreams& streams, int stride) {
  Tensor distances = torch::empty({1 + options.steps / stride, x.size(0)}, torch::kFloat64);
  run_coupled_chains(gradient, x, y, options, streams,
                     [&](int step, std::int64_t first, const Tensor& coarse, const Tensor& fine) {
                       if (step % stride == 0)
                         distances[step / stride]
                             .narrow(0, first, coarse.size(0))
                             .copy_((coarse - fine).norm(2, 1));
                       return true;
                     });
  return distances;
}

// x' = a x + s sum_j u_j and y' = b y + s sum_j (1 - h)^{K-1-j} u_j, with h = eta / K, a = 1 - eta,
// b = (1 - h)^K and s^2 = 2 h: the three covariances solve one linear equation each.
double quadratic_coupling_distance(double step_size, int substeps) {
  const double h = step_size / substeps, a = 1 - step_size;
  double decay = 1, sum = 0, squares = 0;
  for (int j = 0; j < substeps; ++j) {
    sum += decay;
    squares += decay * decay;
    decay *= 1 - h;
  }
  const double xx = 2 * step_size / (1 - a * a);
  const double xy = 2 * h * sum / (1 - a * decay);
  const double yy = 2 * h * squares / (1 - decay * decay);
  return std::sqrt(std::max(0.0, xx - 2 * xy + yy));
}

double quadratic_stationary_bias(double step_size) { return 1 / std::sqrt(1 - step_size / 2) - 1; }

}  // namespace sgilo
