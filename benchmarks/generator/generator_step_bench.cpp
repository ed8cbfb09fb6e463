// One evaluation of a solver: decode a batch of chains at 64x64, backward to every variable. Widths
// of the default model, weights at random. Arguments: chains, layer, bf16, kernel (1 reference, 2
// fused).
#include <benchmark/benchmark.h>

#include "sgilo/generator/stylegan2_generator.h"

namespace sgilo {
namespace {

StyleGan2Generator make_generator(bool bf16, Kernel kernel) {
  torch::manual_seed(0);
  StyleGan2 network{StyleGan2Options{}};
  if (bf16) network->synthesis->convolution_type = torch::kBFloat16;
  network->synthesis->kernel = kernel;
  Observer silent;
  return {network, *estimate_coordinates(network, 8, RandomStreams(1), silent)};
}

void BM_generator_step(benchmark::State& state) {
  const StyleGan2Generator generator =
      make_generator(state.range(2) == 1, static_cast<Kernel>(state.range(3)));
  std::vector<RandomStreams> rows;
  for (std::int64_t i = 0; i < state.range(0); ++i)
    rows.push_back(RandomStreams(2).child(static_cast<std::uint64_t>(i)));
  const LatentState latent = generator.draw(static_cast<int>(state.range(1)), rows);
  for (auto _ : state) {
    const LatentState leaves = latent.requiring_gradients();
    std::vector<Tensor> inputs;
    for (const auto& variable : leaves.variables) inputs.push_back(variable.second);
    benchmark::DoNotOptimize(
        torch::autograd::grad({generator.decode(leaves).square().sum()}, inputs));
  }
  state.counters["chains_per_second"] = benchmark::Counter(
      static_cast<double>(state.range(0)), benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(BM_generator_step)
    ->ArgNames({"chains", "layer", "bf16", "kernel"})
    ->ArgsProduct({{1, 4, 16, 64}, {0, 2}, {0, 1}, {1, 2}})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
}  // namespace sgilo
