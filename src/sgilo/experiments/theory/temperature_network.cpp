#include "sgilo/experiments/theory/temperature_network.h"

#include <cmath>

#include "sgilo/core/error.h"
#include "sgilo/experiments/theory/average.h"
#include "sgilo/experiments/theory/network_scan.h"
#include "sgilo/theory/chains.h"
#include "sgilo/theory/random_relu_network.h"
#include "sgilo/theory/starts.h"
#include "sgilo/theory/stationary_law.h"

namespace sgilo {
namespace {

// The median of |z - z*| of the chain where the loss is quadratic: the variance in the direction of
// the curvature l is 1 / (beta l (1 - eta l / 2)).
double quadratic_distance(const Tensor& curvatures, double beta, double step_size,
                          const RandomStreams& streams) {
  const Tensor variances = 1 / (beta * curvatures * (1 - step_size / 2 * curvatures));
  const Tensor squares = streams.normal({100000, curvatures.size(0)}).to(torch::kFloat64).square();
  return squares.mv(variances).sqrt().median().item<double>();
}

}  // namespace

NetworkTemperature network_temperature(TheoryRun& run) {
  NetworkTemperature out;
  if (!run.checks("B4")) return out;
  constexpr double kStepSize = 0.2;
  constexpr int kSteps = 300;
  const RandomReluNetwork network = network_without_trap(run);
  const PopulationLandscape landscape(static_cast<int>(network.weights().size()));
  const Tensor curvatures = network.hessian_eigenvalues();
  const Tensor truth = network.latent();
  const RandomStreams streams = run.streams("B4");
  const std::int64_t chains = run.chains(256);
  for (const double c : {0.1, 1.0, 3.0, 10.0, 30.0, 100.0, 1000.0}) {
    const RandomStreams own = streams.child("C", static_cast<std::uint64_t>(10 * c));
    const double beta = c * static_cast<double>(network.dimension());
    const Tensor z = run_chains([&](const Tensor& at) { return network.gradient(at); },
                                random_directions(chains, network.dimension(), own.child("start")),
                                {kStepSize, beta, kSteps}, own);
    out.concentration.push_back(c);
    out.cosine.push_back(average(z.mv(truth) / z.norm(2, 1)));
    out.distance.push_back(average((z - truth).norm(2, 1)));
    if (c < 30) {
      // The network's curvatures spread about 1, which makes its law wider.
      const StationaryLaw population(landscape, network.dimension(), beta);
      run.add_known(check_between("B4", concat("E |z - z*| over the population's, C = ", c), 0.8,
                                  1.5, out.distance.back() / population.mean(distance_to_truth)));
    } else {  // the median, which chains in another minimum do not move
      run.add_known(
          check_near("B4", concat("median of |z - z*|, C = ", c),
                     quadratic_distance(curvatures, beta, kStepSize, streams.child("model")),
                     (z - truth).norm(2, 1).median().item<double>(), 0.15));
    }
  }
  run.add_known(check_at_most("B4", "noise: E cos angle(z, z*), C = 0.1", 0.3, out.cosine.front()));
  run.add_known(check_at_least("B4", "point estimate: E cos angle(z, z*), C = 1000", 0.95,
                               out.cosine.back()));
  return out;
}

}  // namespace sgilo
