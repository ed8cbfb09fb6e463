#include "sgilo/theory/chains.h"

#include <algorithm>
#include <atomic>
#include <cmath>

#include "sgilo/core/error.h"
#include "sgilo/sampling/langevin.h"

namespace sgilo {

void for_each_group(std::int64_t chains, const RandomStreams& streams,
                    const std::function<void(std::int64_t first, std::int64_t count,
                                             const RandomStreams& group)>& body) {
  const std::int64_t groups = (chains + kChainsPerGroup - 1) / kChainsPerGroup;
  std::atomic<std::int64_t> next{0};  // groups end early: whoever is free takes the next
  // A team of two at least: without one the products of a single group would use every thread.
  at::parallel_for(0, std::max(2, at::get_num_threads()), 1, [&](std::int64_t, std::int64_t) {
    const torch::NoGradGuard no_gradients;
    for (std::int64_t group = next++; group < groups; group = next++) {
      const std::int64_t first = group * kChainsPerGroup;
      body(first, std::min(kChainsPerGroup, chains - first),
           streams.child("group", static_cast<std::uint64_t>(group)));
    }
  });
}

Tensor iterate_remembering_chains(const ChainStepMaker& make_step, const Tensor& start,
                                  const ChainOptions& options, const RandomStreams& streams,
                                  const ChainVisitor& visit) {
  if (!(options.step_size > 0) || !(options.inverse_temperature > 0))
    throw ConfigError(concat("step size and inverse temperature must be positive, but are ",
                             options.step_size, " and ", options.inverse_temperature));
  Tensor end = torch::empty_like(start);
  for_each_group(start.size(0), streams,
                 [&](std::int64_t first, std::int64_t count, const RandomStreams& group) {
                   Tensor x = start.narrow(0, first, count).detach().clone();
                   const ChainStep step = make_step(x);
                   bool goes_on = !visit || visit(0, first, x);
                   for (int k = 1; k <= options.steps && goes_on; ++k) {
                     x = step(x, group.child("step", static_cast<std::uint64_t>(k)));
                     goes_on = !visit || visit(k, first, x);
                   }
                   if (!torch::isfinite(x).all().item<bool>())
                     throw NumericError(concat("a chain left the finite numbers: a step size of ",
                                               options.step_size, " is too large here"));
                   end.narrow(0, first, count).copy_(x);
                 });
  return end;
}

Tensor iterate_chains(const ChainStep& step, const Tensor& start, const ChainOptions& options,
                      const RandomStreams& streams, const ChainVisitor& visit) {
  return iterate_remembering_chains([&](const Tensor&) { return step; }, start, options, streams,
                                    visit);
}

Tensor run_chains(const GradientField& gradient, const Tensor& start, const ChainOptions& options,
                  const RandomStreams& streams, const ChainVisitor& visit) {
  const double eta = options.step_size, beta = options.inverse_temperature;
  const auto step = [&](const Tensor& x, const RandomStreams& noise) {
    if (std::isinf(beta)) return x - eta * gradient(x);
    return langevin_step(x, -gradient(x), normal_of(noise, x.sizes(), x.scalar_type()), eta, beta);
  };
  return iterate_chains(step, start, options, streams, visit);
}

int steps_of(double time, double step_size) {
  constexpr double kMost = 2e9;
  const double steps = std::ceil(time / step_size - 1e-9);
  if (!(steps <= kMost))
    throw ConfigError(concat("a Langevin time of ", time, " takes ", steps, " steps of ", step_size,
                             ", more than the ", kMost, " that a chain may have"));
  return static_cast<int>(steps);
}

Tensor normal_of(const RandomStreams& stream, torch::IntArrayRef shape, torch::ScalarType type) {
  return stream.normal(shape).to(type);
}

}  // namespace sgilo
