// Chain-steps per second of the theory laboratory (items_per_second): Langevin dynamics on the
// population landscape and on a random network, groups of chains in parallel.
#include <benchmark/benchmark.h>

#include "sgilo/theory/chains.h"
#include "sgilo/theory/population_landscape.h"
#include "sgilo/theory/random_relu_network.h"
#include "sgilo/theory/starts.h"

namespace sgilo {
namespace {

constexpr double kConcentration = 100, kStepSize = 0.1;

void run(benchmark::State& state, const GradientField& gradient, std::int64_t dimension,
         std::int64_t chains, int steps) {
  const Tensor start = random_directions(chains, dimension, RandomStreams(1));
  const ChainOptions options{kStepSize, kConcentration * static_cast<double>(dimension), steps};
  for (auto _ : state)
    benchmark::DoNotOptimize(run_chains(gradient, start, options, RandomStreams(2)));
  state.SetItemsProcessed(state.iterations() * chains * steps);
}

void BM_population_chains(benchmark::State& state) {
  const PopulationLandscape landscape(2);
  run(
      state, [&](const Tensor& x) { return landscape.gradient(x); }, state.range(0), 4096, 100);
}
BENCHMARK(BM_population_chains)
    ->ArgName("n")
    ->Arg(10)
    ->Arg(20)
    ->Arg(100)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

void BM_network_chains(benchmark::State& state) {
  const RandomReluNetwork network({10, 200, 1000}, 100, RandomStreams(3));
  run(
      state, [&](const Tensor& z) { return network.gradient(z); }, network.dimension(), 512, 100);
}
BENCHMARK(BM_network_chains)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace sgilo
