// One layer of the generator, by the plain and by the fused kernels, forward and back to its input.
// Each checks its values against the plain form before it is timed. Arguments: channels in and out,
// side of the result, up-sampling, kernel (1 reference, 2 fused). Sizes of the 1024x1024 generator.
#include <benchmark/benchmark.h>

#include <cmath>

#include "sgilo/core/random_streams.h"
#include "sgilo/generator/kernels/bias_activation.h"
#include "sgilo/generator/kernels/fused_layer.h"
#include "sgilo/generator/kernels/kernel.h"
#include "sgilo/generator/kernels/modulated_convolution.h"

namespace sgilo {
namespace {

constexpr auto kChannelsLast = torch::MemoryFormat::ChannelsLast;

struct Case {
  explicit Case(const benchmark::State& state)
      : inputs(state.range(0)), outputs(state.range(1)), side(state.range(2)), up(state.range(3)) {
    const RandomStreams streams(1);
    const auto normal = [&](const char* name, const Shape& shape) {
      return streams.child(name).normal(shape);
    };
    const std::int64_t r = up ? side / 2 : side;
    x = normal("x", {1, inputs, r, r}).contiguous(kChannelsLast);
    weight = normal("w", {outputs, inputs, 3, 3}) / std::sqrt(9.0 * static_cast<double>(inputs));
    bias = normal("b", {outputs});
    styles = normal("s", {1, inputs}) + 1;
    gradient = normal("g", {1, outputs, side, side}).contiguous(kChannelsLast);
    d = demodulation(weight, styles);
    end = {d, bias, {}, {}, {}, 0};
  }

  Tensor reference() const {
    const Tensor y =
        up ? modulated_up_convolution(x, weight, styles) : modulated_convolution(x, weight, styles);
    return bias_activation(y, d, bias, {{}, {}}, 0);
  }

  std::int64_t inputs, outputs, side;
  bool up;
  Tensor x, weight, bias, styles, gradient, d;
  LayerEndTensors end;
};

double relative_error(const Tensor& got, const Tensor& want) {
  return ((got - want).norm() / want.norm()).item<double>();
}

void BM_layer(benchmark::State& state) {
  const torch::NoGradGuard no_grad;
  const Case c(state);
  const FusedLayer layer(c.weight, c.bias, torch::zeros({}), c.up, c.side, torch::kFloat32);
  const auto fused = [&] {
    return run_layer(layer, c.x, c.styles, c.end, {true, false}).activation;
  };
  if (relative_error(fused(), c.reference()) > 1e-5) return state.SkipWithError("wrong values");
  const bool by_reference = static_cast<Kernel>(state.range(4)) == Kernel::reference;
  for (auto _ : state) benchmark::DoNotOptimize(by_reference ? c.reference() : fused());
}

void BM_layer_input_gradient(benchmark::State& state) {
  const Case c(state);
  const FusedLayer layer(c.weight, c.bias, torch::zeros({}), c.up, c.side, torch::kFloat32);
  const Tensor leaf = c.x.detach().requires_grad_(true), ones = torch::ones_like(c.styles);
  const Tensor y = c.up ? modulated_up_convolution(leaf, c.weight, ones)
                        : modulated_convolution(leaf, c.weight, ones);
  const auto reference = [&] {
    return torch::autograd::grad({y}, {leaf}, {c.gradient}, /*retain_graph=*/true)[0];
  };
  const auto fused = [&] { return input_gradient(layer, c.gradient); };
  if (relative_error(fused(), reference()) > 1e-5) return state.SkipWithError("wrong values");
  const bool by_reference = static_cast<Kernel>(state.range(4)) == Kernel::reference;
  for (auto _ : state) benchmark::DoNotOptimize(by_reference ? reference() : fused());
}

void layers(benchmark::internal::Benchmark* all) {
  all->ArgNames({"in", "out", "side", "up", "kernel"});
  for (const int kernel : {1, 2}) {
    for (const auto& [channels, side] :
         {std::pair{512, 64}, {256, 128}, {128, 256}, {64, 512}, {32, 1024}})
      all->Args({channels, channels, side, 0, kernel});
    for (const auto& [channels, side] : {std::pair{512, 128}, {256, 256}, {128, 512}, {64, 1024}})
      all->Args({channels, channels / 2, side, 1, kernel});
  }
  all->Unit(benchmark::kMillisecond)->UseRealTime();
}
BENCHMARK(BM_layer)->Apply(layers);
BENCHMARK(BM_layer_input_gradient)->Apply(layers);

}  // namespace
}  // namespace sgilo
