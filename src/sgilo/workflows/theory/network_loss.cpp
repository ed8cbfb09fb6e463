#include "sgilo/workflows/theory/network_loss.h"

#include <algorithm>
#include <cmath>

#include "sgilo/core/error.h"
#include "sgilo/theory/chains.h"
#include "sgilo/theory/population_landscape.h"
#include "sgilo/theory/random_relu_network.h"
#include "sgilo/theory/starts.h"
#include "sgilo/workflows/theory/average.h"
#include "sgilo/workflows/theory/network_scan.h"

namespace sgilo {
namespace {

struct Size {
  Shape widths;
  std::int64_t measurements;
};

// Norms uniform in [0, 2], directions uniform.
Tensor latents_up_to_two(std::int64_t count, std::int64_t dimension, const RandomStreams& streams) {
  return 2 * streams.child("norm").uniform({count, 1}) *
         random_directions(count, dimension, streams.child("direction"));
}

PopulationDeviation deviations(TheoryRun& run) {
  constexpr int kNetworks = 4;
  constexpr std::int64_t kLatents = 400;
  PopulationDeviation out;
  for (const Size& size :
       {Size{{10, 50, 200}, 50}, Size{{10, 200, 1000}, 200}, Size{{10, 1000, 4000}, 1000}}) {
    const PopulationLandscape landscape(static_cast<int>(size.widths.size()) - 1);
    double square = 0, gradient = 0, inverse_size = 0;
    for (std::uint64_t i = 0; i < kNetworks; ++i) {
      const RandomStreams streams =
          run.streams("W4").child("size", static_cast<std::uint64_t>(size.measurements)).child(i);
      const RandomReluNetwork network(size.widths, size.measurements, streams.child("network"));
      const Tensor z = latents_up_to_two(kLatents, network.dimension(), streams);
      const auto [loss, slope] = network.loss_and_gradient(z);
      square += average((loss - landscape.loss(z)).square()) / kNetworks;
      gradient +=
          average((slope - landscape.gradient(z)).norm(2, 1) / (1 + z.norm(2, 1))) / kNetworks;
      inverse_size = network.inverse_size();
    }
    out.inverse_size.push_back(inverse_size);
    out.loss.push_back(std::sqrt(square));
    out.gradient.push_back(gradient);
  }
  return out;
}

void check_deviation(TheoryRun& run, std::string_view id, const std::vector<double>& inverse_size,
                     const std::vector<double>& seen, double least, double most) {
  for (std::size_t i = 0; i < seen.size(); ++i)
    run.add(check_between(id, concat("in units of sqrt(S), S = ", number_text(inverse_size[i], 3)),
                          least, most, seen[i] / std::sqrt(inverse_size[i])));
  run.add(check_true(id, "as the network grows", "falls",
                     concat(number_text(seen.front(), 3), " to ", number_text(seen.back(), 3)),
                     std::is_sorted(seen.rbegin(), seen.rend())));
}

double largest_relative_difference(const Tensor& a, const Tensor& b) {
  return ((a - b).norm(2, 1) / b.norm(2, 1)).max().item<double>();
}

// Which units are active: two latents with the same ones see one quadratic loss.
Tensor active_units(const RandomReluNetwork& network, Tensor z) {
  std::vector<Tensor> active;
  for (const Tensor& weight : network.weights()) {
    z = z.mm(weight.t()).relu();
    active.push_back(z > 0);
  }
  return torch::cat(active, 1);
}

// W6. Where no unit switches within a step, the loss is quadratic and central differences are
// exact.
void check_gradient(TheoryRun& run) {
  constexpr double kStep = 1e-5;
  constexpr std::int64_t kLatents = 50;
  const TheoryOptions& options = run.options();
  const RandomStreams streams = run.streams("W6");
  const RandomReluNetwork network(options.widths, options.measurements, streams, 1,
                                  torch::kFloat64);
  const Tensor z = latents_up_to_two(kLatents, network.dimension(), streams).to(torch::kFloat64);
  const Tensor closed = network.gradient(z);

  const Tensor leaf = z.clone().requires_grad_(true);
  const Tensor automatic = torch::autograd::grad({network.loss(leaf).sum()}, {leaf})[0];
  run.add(check_at_most("W6", "closed form against automatic differentiation, relative", 1e-6,
                        largest_relative_difference(closed, automatic)));

  Tensor differences = torch::empty_like(z), smooth = torch::ones({kLatents}, torch::kBool);
  for (std::int64_t i = 0; i < network.dimension(); ++i) {
    const Tensor step = torch::zeros({1, network.dimension()}, torch::kFloat64);
    step[0][i] = kStep;
    differences.select(1, i).copy_((network.loss(z + step) - network.loss(z - step)) / (2 * kStep));
    smooth &= (active_units(network, z + step) == active_units(network, z - step)).all(1);
  }
  const Tensor kept = smooth.nonzero().squeeze(1);
  run.add(check_at_least("W6", concat("latents of ", kLatents, " away from kinks"), 5,
                         static_cast<double>(kept.size(0))));
  if (kept.size(0) > 0)
    run.add(check_at_most("W6", "closed form against differences there, relative", 1e-6,
                          largest_relative_difference(closed.index_select(0, kept),
                                                      differences.index_select(0, kept))));
}

// W7: with z = s w, the chain at (s, beta / s^2) is s times the chain at (1, beta).
void check_homogeneity(TheoryRun& run) {
  constexpr double kNorm = 3, kStepSize = 0.1;
  constexpr int kSteps = 50;
  const TheoryOptions& options = run.options();
  const RandomStreams streams = run.streams("W7");
  const auto chains_at = [&](double norm) {
    const RandomReluNetwork network(options.widths, options.measurements, streams.child("network"),
                                    norm, torch::kFloat64);
    const auto n = static_cast<double>(network.dimension());
    const Tensor start = norm * random_directions(run.chains(64), network.dimension(),
                                                  streams.child("start"), torch::kFloat64);
    return run_chains([&](const Tensor& z) { return network.gradient(z); }, start,
                      {kStepSize, options.concentration * n / (norm * norm), kSteps},
                      streams.child("noise")) /
           norm;
  };
  run.add(check_at_most("W7", concat("|z*| = ", kNorm, " against 1, after ", kSteps, " steps"),
                        1e-10, (chains_at(kNorm) - chains_at(1)).abs().max().item<double>()));
}

}  // namespace

PopulationDeviation network_loss(TheoryRun& run) {
  PopulationDeviation out;
  if (run.checks("W4") || run.checks("W5")) out = deviations(run);
  if (run.checks("W4")) check_deviation(run, "W4", out.inverse_size, out.loss, 0.7, 1.7);
  if (run.checks("W5")) check_deviation(run, "W5", out.inverse_size, out.gradient, 1.2, 2.3);
  if (run.checks("W6")) check_gradient(run);
  if (run.checks("W7")) check_homogeneity(run);
  return out;
}

}  // namespace sgilo
