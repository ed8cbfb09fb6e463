#include "sgilo/experiments/theory/wasserstein_network.h"

#include <algorithm>
#include <cmath>

#include "sgilo/core/error.h"
#include "sgilo/experiments/theory/network_scan.h"
#include "sgilo/theory/coupling.h"
#include "sgilo/theory/mala.h"
#include "sgilo/theory/random_relu_network.h"
#include "sgilo/theory/wasserstein.h"

namespace sgilo {
namespace {

constexpr double kBurnTime = 15;      // five relaxation times at the smallest curvature, 0.35
constexpr double kSnapshotEvery = 2;  // of Langevin time

struct Setting {
  RandomReluNetwork network;
  double beta;
  std::int64_t chains;

  Tensor distances(const Tensor& z) const { return (z - network.latent()).norm(2, 1); }
  Tensor starts_near(const RandomStreams& streams) const {
    return network.latent() + streams.normal({chains, network.dimension()}) / std::sqrt(beta);
  }
  GradientField gradient() const {
    return [this](const Tensor& z) { return network.gradient(z); };
  }
  LossAndGradient loss_and_gradient() const {
    return [this](const Tensor& z) { return network.loss_and_gradient(z); };
  }
};

// Distances to z* of all chains at regular times after the burn-in: a visitor and what it saw.
class Snapshots {
 public:
  Snapshots(const Setting& setting, double step_size, int snapshots)
      : setting_(setting),
        first_(steps_of(kBurnTime, step_size)),
        stride_(steps_of(kSnapshotEvery, step_size)),
        distances_(torch::empty({snapshots, setting.chains}, torch::kFloat32)) {}

  int steps() const { return first_ + stride_ * static_cast<int>(distances_.size(0) - 1); }
  ChainVisitor visitor() {
    return [this](int step, std::int64_t first, const Tensor& z) {
      if (step >= first_ && (step - first_) % stride_ == 0)
        distances_[(step - first_) / stride_]
            .narrow(0, first, z.size(0))
            .copy_(setting_.distances(z));
      return true;
    };
  }
  Tensor all() const { return distances_.flatten(); }
  // Of the first and the second half of the chains: independent samples.
  Tensor half(std::int64_t which) const {
    const std::int64_t size = distances_.size(1) / 2;
    return distances_.narrow(1, which * size, size).flatten();
  }

 private:
  const Setting& setting_;
  int first_, stride_;
  Tensor distances_;
};

struct Reference {
  Tensor distances;  // of draws of exp(-beta Lt)
  Tensor end;        // [chains, n]: independent draws
  double floor;      // W1 of its halves
};

Reference reference_of(TheoryRun& run, const Setting& setting, const RandomStreams& streams) {
  constexpr double kStepSize = 0.25;
  constexpr int kSnapshots = 105;
  Snapshots snapshots(setting, kStepSize, kSnapshots);
  const MalaResult result =
      run_mala(setting.loss_and_gradient(), setting.starts_near(streams.child("start")),
               {kStepSize, setting.beta, snapshots.steps()}, streams, snapshots.visitor());
  run.add_known(
      check_at_least("S7", "acceptance of the reference's proposals", 0.8, result.acceptance));
  return {snapshots.all(), result.end, wasserstein1(snapshots.half(0), snapshots.half(1))};
}

// W1 of |z - z*| between the stationary laws of the chain and of the diffusion in the quadratic
// model at z*. In the direction of the curvature l the chain's variance is 1 / (beta l (1 - eta l /
// 2)) instead of 1 / (beta l): with the same normal numbers its distance is always the larger one,
// so that W1 is the difference of the means.
double quadratic_bias(const Tensor& curvatures, double beta, double step_size,
                      const RandomStreams& streams) {
  constexpr std::int64_t kDraws = 200000;
  const Tensor squares = streams.normal({kDraws, curvatures.size(0)}).to(torch::kFloat64).square() /
                         (beta * curvatures);
  const Tensor chain = (squares / (1 - step_size / 2 * curvatures)).sum(1).sqrt();
  return (chain - squares.sum(1).sqrt()).mean().item<double>();
}

// S7.
void stationary_bias(TheoryRun& run, const Setting& setting, const Reference& reference,
                     NetworkWasserstein& out) {
  constexpr int kSnapshots = 50;
  const Tensor curvatures = setting.network.hessian_eigenvalues();
  const double largest = curvatures[-1].item<double>();
  for (const double step_size : {0.8, 0.6, 0.4, 0.2, 0.1}) {
    if (step_size * largest > 1.6)
      continue;  // near the limit 2 of stability the model says nothing
    const RandomStreams streams =
        run.streams("S7").child("steps", static_cast<std::uint64_t>(100 * step_size));
    Snapshots snapshots(setting, step_size, kSnapshots);
    const Tensor start = setting.starts_near(streams.child("start"));
    const ChainOptions options{step_size, setting.beta, snapshots.steps()};
    run_chains(setting.gradient(), start, options, streams, snapshots.visitor());
    // Small biases drown in the noise of independent samples: there the exact chains propose the
    // plain chains' own steps.
    Tensor exact = reference.distances;
    const bool paired = step_size <= 0.2;
    if (paired) {
      Snapshots companions(setting, step_size, kSnapshots);
      run_mala(setting.loss_and_gradient(), start, options, streams, companions.visitor());
      exact = companions.all();
    }
    const double seen = wasserstein1(snapshots.all(), exact),
                 predicted =
                     quadratic_bias(curvatures, setting.beta, step_size, streams.child("model"));
    out.step_size.push_back(step_size);
    out.bias.push_back(seen);
    out.predicted_bias.push_back(predicted);
    run.add_known(check_within("S7", concat("η = ", step_size), predicted, seen,
                               0.15 * predicted + (paired ? 0 : reference.floor)));
  }
}

// S8.
void decay(TheoryRun& run, const Setting& setting, const Reference& reference,
           NetworkWasserstein& out) {
  constexpr double kStepSize = 0.2, kHorizon = 24, kLate = 14;
  const RandomStreams streams = run.streams("S8");
  const int stride = steps_of(kSnapshotEvery, kStepSize);
  const auto times = static_cast<std::int64_t>(kHorizon / kSnapshotEvery) + 1;
  Tensor distances = torch::empty({times, setting.chains}),
         stationary = torch::empty_like(distances), gaps = torch::empty_like(distances);
  run_coupled_chains(setting.gradient(), starts_behind(setting.network, setting.chains, streams),
                     reference.end, {kStepSize, setting.beta, steps_of(kHorizon, kStepSize), 1},
                     streams, [&](int step, std::int64_t first, const Tensor& x, const Tensor& y) {
                       if (step % stride != 0) return true;
                       const auto put = [&](Tensor& all, const Tensor& values) {
                         all[step / stride].narrow(0, first, x.size(0)).copy_(values);
                       };
                       put(distances, setting.distances(x));
                       put(stationary, setting.distances(y));
                       put(gaps, (x - y).norm(2, 1));
                       return true;
                     });
  double excess = -1;
  for (std::int64_t i = 0; i < times; ++i) {
    out.time.push_back(kSnapshotEvery * static_cast<double>(i));
    out.lower.push_back(wasserstein1(distances[i], reference.distances));
    out.upper.push_back(gaps[i].to(torch::kFloat64).mean().item<double>());
    excess = std::max(excess, out.lower.back() - out.upper.back() -
                                  wasserstein1(stationary[i], reference.distances));
  }
  run.add_known(check_at_most(
      "S8", "lower bound above the upper one and the coupled chain's own distance", 1e-6, excess));
  run.add_known(check_at_most("S8", concat("distance at time ", kHorizon, " over that at 0"), 0.1,
                              out.lower.back() / out.lower.front()));
  // Of the typical pair: a few chains come late.
  const auto gap = [&](double time) {
    return gaps[static_cast<std::int64_t>(time / kSnapshotEvery)].median().item<double>();
  };
  run.add_known(check_between("S8", "rate at which chains meet, over the smallest curvature", 0.6,
                              1.6,
                              std::log(gap(kLate) / gap(kHorizon)) / (kHorizon - kLate) /
                                  setting.network.hessian_eigenvalues()[0].item<double>()));
}

}  // namespace

NetworkWasserstein network_wasserstein(TheoryRun& run) {
  NetworkWasserstein out;
  if (!run.checks("S7") && !run.checks("S8")) return out;
  RandomReluNetwork network = network_without_trap(run);
  const double beta = run.options().concentration * static_cast<double>(network.dimension());
  const Setting setting{std::move(network), beta, std::max<std::int64_t>(run.chains(512), 2)};
  const Reference reference = reference_of(run, setting, run.streams("S7").child("reference"));
  out.floor = reference.floor;
  if (run.checks("S7")) stationary_bias(run, setting, reference, out);
  if (run.stopped()) return out;
  if (run.checks("S8")) decay(run, setting, reference, out);
  return out;
}

}  // namespace sgilo
