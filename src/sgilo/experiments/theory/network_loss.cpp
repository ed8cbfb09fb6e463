#include "sgilo/experiments/theory/network_loss.h"

#include <algorithm>
#include <cmath>

#include "sgilo/core/error.h"
#include "sgilo/experiments/theory/average.h"
#include "sgilo/experiments/theory/network_scan.h"
#include "sgilo/theory/chains.h"
#include "sgilo/theory/population_landscape.h"
#include "sgilo/theory/random_relu_network.h"
#include "sgilo/theory/starts.h"

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

// Means over networks of one size, which differ more than latents do.
struct Deviation {
  std::string network;
  double inverse_size = 0;
  double loss = 0, gradient = 0;                          // as in PopulationDeviation
  double path_divergence = 0, path_divergence_error = 0;  // mean and its standard error
};

// The Kullback-Leibler divergence of the law of the diffusion's paths on L from that on Lt, per
// unit of Langevin time: beta E |grad Lt - grad L|^2 / 4 (Girsanov; SGILO B.13), with latents from
// the law on L near z*, N(z*, I / beta), at a C so large that few units switch between them and z*.
double path_divergence(const RandomReluNetwork& network, const PopulationLandscape& landscape,
                       std::int64_t latents, const RandomStreams& streams) {
  constexpr double kConcentration = 1e4;
  const std::int64_t n = network.dimension();
  const double beta = kConcentration * static_cast<double>(n);
  const Tensor z = network.latent() + streams.normal({latents, n}) / std::sqrt(beta);
  return beta / 4 * average((network.gradient(z) - landscape.gradient(z)).square().sum(1));
}

// Its mean over W and A to first order in 1 / n_i and 1 / m: near z* the gradients differ by
// (H - I)(z - z*), H = J^T A^T A J,
// and E |(H - I) u|^2 is sum (2 n + 3) / n_i + (n + 1) / m for a unit vector u.
double expected_path_divergence(const Size& size) {
  const auto n = static_cast<double>(size.widths.front());
  double square = (n + 1) / static_cast<double>(size.measurements);
  for (std::size_t i = 1; i < size.widths.size(); ++i)
    square += (2 * n + 3) / static_cast<double>(size.widths[i]);
  return n / 4 * square;
}

Deviation deviation_of(const Size& size, const RandomStreams& streams) {
  constexpr int kNetworks = 32;
  constexpr std::int64_t kLatents = 100;
  const PopulationLandscape landscape(static_cast<int>(size.widths.size()) - 1);
  Deviation out;
  double square = 0;
  std::vector<double> divergences;
  for (std::uint64_t i = 0; i < kNetworks; ++i) {
    const RandomStreams own = streams.child(i);
    const RandomReluNetwork network(size.widths, size.measurements, own.child("network"));
    const Tensor z = latents_up_to_two(kLatents, network.dimension(), own);
    const auto [loss, slope] = network.loss_and_gradient(z);
    square += average((loss - landscape.loss(z)).square()) / kNetworks;
    out.gradient +=
        average((slope - landscape.gradient(z)).norm(2, 1) / (1 + z.norm(2, 1))) / kNetworks;
    divergences.push_back(path_divergence(network, landscape, kLatents, own.child("near")));
    out.inverse_size = network.inverse_size();
    out.network = network.describe();
  }
  out.loss = std::sqrt(square);
  const Tensor all = torch::tensor(divergences, torch::kFloat64);
  out.path_divergence = average(all);
  out.path_divergence_error = all.std().item<double>() / std::sqrt(double{kNetworks});
  return out;
}

struct Band {
  double least, most;
};

// A deviation of networks of one size, in units of sqrt(S).
void check_in_units(TheoryRun& run, std::string_view id, const Deviation& of, double seen,
                    const Band& band) {
  run.add(check_between(id, concat(of.network, ", in units of sqrt(S)"), band.least, band.most,
                        seen / std::sqrt(of.inverse_size)));
}

void check_path_divergence(TheoryRun& run, const Size& size, const Deviation& seen) {
  const double expected = expected_path_divergence(size);
  // Four standard errors, and a tenth for the next order and the units that switch.
  run.add(check_within("W5", concat(seen.network, ", KL divergence of path laws per unit time"),
                       expected, seen.path_divergence,
                       4 * seen.path_divergence_error + 0.1 * expected));
}

void check_growth(TheoryRun& run, std::string_view id, const std::vector<double>& seen) {
  run.add(check_true(id, "as the network grows", "falls",
                     concat(number_text(seen.front(), 3), " to ", number_text(seen.back(), 3)),
                     std::is_sorted(seen.rbegin(), seen.rend())));
}

// W4 and W5: two-layer networks of growing size, which the figure shows, and one of three layers.
PopulationDeviation check_deviations(TheoryRun& run) {
  constexpr Band kLoss{0.7, 1.7}, kGradient{1.2, 2.3};
  PopulationDeviation out;
  for (const Size& size : {Size{{10, 50, 200}, 50}, Size{{10, 200, 1000}, 200},
                           Size{{10, 1000, 4000}, 1000}, Size{{10, 200, 800, 3000}, 200}}) {
    const RandomStreams streams = run.streams("W4")
                                      .child("layers", size.widths.size() - 1)
                                      .child("size", static_cast<std::uint64_t>(size.measurements));
    const Deviation seen = deviation_of(size, streams);
    if (run.checks("W4")) check_in_units(run, "W4", seen, seen.loss, kLoss);
    if (run.checks("W5")) {
      check_in_units(run, "W5", seen, seen.gradient, kGradient);
      check_path_divergence(run, size, seen);
    }
    if (size.widths.size() > 3) continue;
    out.inverse_size.push_back(seen.inverse_size);
    out.loss.push_back(seen.loss);
    out.gradient.push_back(seen.gradient);
  }
  if (run.checks("W4")) check_growth(run, "W4", out.loss);
  if (run.checks("W5")) check_growth(run, "W5", out.gradient);
  return out;
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

// W6. Where no unit switches within a step,
// the loss is quadratic and central differences are exact.
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
  if (run.checks("W4") || run.checks("W5")) out = check_deviations(run);
  if (run.checks("W6")) check_gradient(run);
  if (run.checks("W7")) check_homogeneity(run);
  return out;
}

}  // namespace sgilo
