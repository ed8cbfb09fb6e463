// Forward and backward through the discriminator at 64x64, to its weights and to the images.
// Arguments: images, bf16.
#include <benchmark/benchmark.h>

#include "sgilo/generator/discriminator.h"

namespace sgilo {
namespace {

void BM_discriminator_step(benchmark::State& state) {
  torch::manual_seed(0);
  Discriminator discriminator{DiscriminatorOptions{}};
  if (state.range(1) == 1) discriminator->convolution_type = torch::kBFloat16;
  const Tensor images = torch::randn({state.range(0), 3, 64, 64}).requires_grad_();
  for (auto _ : state) {
    discriminator->zero_grad();
    discriminator->forward(images).sum().backward();
  }
  state.counters["images_per_second"] = benchmark::Counter(
      static_cast<double>(state.range(0)), benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(BM_discriminator_step)
    ->ArgNames({"images", "bf16"})
    ->ArgsProduct({{32}, {0, 1}})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
}  // namespace sgilo
