#include "sgilo/experiments/theory/network_scan.h"

#include <cmath>
#include <numbers>

#include "sgilo/core/shape.h"
#include "sgilo/theory/angle_map.h"
#include "sgilo/theory/chains.h"
#include "sgilo/theory/gradient_descent.h"

namespace sgilo {

int EscapeSetting::steps() const { return steps_of(time, step_size); }

Tensor starts_behind(const RandomReluNetwork& network, std::int64_t chains,
                     const RandomStreams& streams) {
  const auto depth = static_cast<int>(network.weights().size());
  const Tensor noise = streams.child("start").normal({chains, network.dimension()});
  return (-angle_terms(std::numbers::pi, depth).p * network.latent() +
          0.05 / std::sqrt(static_cast<double>(network.dimension())) * noise)
      .to(network.latent().scalar_type());
}

ScannedNetwork scan_network(const Shape& widths, std::int64_t measurements, int candidate,
                            const EscapeSetting& setting, const RandomStreams& streams) {
  const RandomStreams own = streams.child("candidate", static_cast<std::uint64_t>(candidate));
  const RandomReluNetwork network(widths, measurements, own.child("network"));
  const Tensor end = gradient_descent([&](const Tensor& z) { return network.gradient(z); },
                                      starts_behind(network, setting.chains, own),
                                      setting.step_size, setting.steps());
  const Tensor stuck = (end - network.latent()).norm(2, 1) >= setting.radius;
  return {network, candidate, stuck.to(torch::kFloat64).mean().item<double>(), own};
}

std::optional<ScannedNetwork> first_network(const Shape& widths, std::int64_t measurements,
                                            double least, double most, int candidates,
                                            const EscapeSetting& setting,
                                            const RandomStreams& streams) {
  constexpr int kTogether = 2;  // whichever of these fits first in order is taken
  for (int first = 0; first < candidates; first += kTogether) {
    std::vector<std::optional<ScannedNetwork>> scanned(kTogether);
    at::parallel_for(0, kTogether, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i)
        scanned[static_cast<std::size_t>(i)] =
            scan_network(widths, measurements, first + static_cast<int>(i), setting, streams);
    });
    for (const auto& network : scanned)
      if (network->stuck >= least && network->stuck <= most) return network;
  }
  return {};
}

RandomReluNetwork network_without_trap(TheoryRun& run) {
  constexpr int kCandidates = 20;
  const TheoryOptions& options = run.options();
  const RandomStreams streams = run.streams("network");
  const EscapeSetting setting;
  const auto found =
      first_network(options.widths, options.measurements, 0, 0, kCandidates, setting, streams);
  if (found) return found->network;
  run.observer().on_warning(concat("each of ", kCandidates, " networks ",
                                   shape_text(options.widths),
                                   " traps gradient descent; the first is taken"));
  return scan_network(options.widths, options.measurements, 0, setting, streams).network;
}

}  // namespace sgilo
