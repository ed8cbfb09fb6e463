#include "sgilo/generator/kernels/winograd.h"

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <memory>

#include "sgilo/core/random_streams.h"
#include "sgilo/generator/kernels/pixel_passes.h"

namespace sgilo {
namespace {

constexpr auto kChannelsLast = torch::MemoryFormat::ChannelsLast;

struct Shapes {
  std::int64_t n, inputs, outputs, height, width;
};

// Tensors of one convolution, channels last.
template <class T>
struct Case {
  explicit Case(const Shapes& s) : shapes(s) {
    const RandomStreams streams(4);
    const auto normal = [&](const char* name, const Shape& shape) {
      return streams.child(name, 0).normal(shape);
    };
    input = normal("x", {s.n, s.inputs, s.height, s.width})
                .to(c10::CppTypeToScalarType<T>::value)
                .contiguous(kChannelsLast);
    weight = normal("w", {s.outputs, s.inputs, 3, 3});
    styles = normal("s", {s.n, s.inputs});
    packed = winograd_weights(weight);
  }

  // conv(s x, w) in float64.
  Tensor expected() const {
    const Tensor xs = input.to(torch::kFloat64) * styles.view({shapes.n, -1, 1, 1});
    return torch::conv2d(xs, weight.to(torch::kFloat64), {}, 1, 1);
  }
  Tensor result() const {
    return torch::empty({shapes.n, shapes.outputs, shapes.height, shapes.width},
                        torch::TensorOptions(input.scalar_type()), kChannelsLast);
  }

  // All tiles, `count` in each pass.
  template <class End>
  void run(const End& end, std::int64_t count = kWinogradTiles) const {
    std::unique_ptr<float[]> workspace(
        new float[static_cast<std::size_t>(winograd_workspace_size(shapes.inputs))]);
    WinogradPass<T> pass{};
    pass.height = shapes.height;
    pass.width = shapes.width;
    pass.input = input.template data_ptr<T>();
    pass.styles = styles.template data_ptr<float>();
    pass.inputs = shapes.inputs;
    pass.outputs = shapes.outputs;
    pass.weights = packed.template data_ptr<float>();
    pass.workspace = workspace.get();
    const std::int64_t tiles = shapes.n * (shapes.height / 4) * (shapes.width / 4);
    for (pass.first_tile = 0; pass.first_tile < tiles; pass.first_tile += count) {
      pass.tiles = std::min(count, tiles - pass.first_tile);
      run_pass(pass, end);
    }
  }

  Shapes shapes;
  Tensor input, weight, styles, packed;
};

template <class T>
double error_of(const Shapes& shapes, std::int64_t count) {
  const Case<T> c(shapes);
  const Tensor got = c.result(), want = c.expected();
  c.run(PlainEnd<T>{got.template data_ptr<T>()}, count);
  return ((got.to(torch::kFloat64) - want).norm() / want.norm()).template item<double>();
}

const std::vector<Shapes> kShapes{{1, 1, 1, 4, 4},    {3, 5, 7, 4, 8},     {2, 16, 16, 12, 4},
                                  {1, 33, 31, 8, 16}, {2, 48, 67, 16, 12}, {5, 128, 96, 8, 8}};

TEST(Winograd, IsTheConvolutionOfTheScaledInput) {
  for (const Shapes& shapes : kShapes)
    for (const std::int64_t count : {1, 5, 12}) {
      SCOPED_TRACE(testing::Message()
                   << shapes.inputs << " -> " << shapes.outputs << ", " << count << " tiles");
      EXPECT_LT(error_of<float>(shapes, count), 2e-6);
      EXPECT_LT(error_of<c10::BFloat16>(shapes, count), 3e-3);  // the rounding of the result
    }
}

TEST(Winograd, IsTheSameForEverySimdTarget) {
  const std::int64_t all = hwy::SupportedTargets();
  for (std::int64_t target = 1; target > 0 && target <= HWY_SCALAR; target <<= 1) {
    if (!(target & all)) continue;
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(target);
    for (const Shapes& shapes : kShapes) EXPECT_LT(error_of<float>(shapes, 12), 2e-6) << target;
    hwy::SetSupportedTargetsForTest(0);
    hwy::GetChosenTarget().Update(all);
  }
}

// The end of a layer, with a gradient from the layer after it, in float64 by libtorch.
TEST(Winograd, EndsInTheGradientsOfTheLayerBefore) {
  const Case<float> c({2, 19, 21, 8, 12});
  const RandomStreams streams(9);
  const auto normal = [&](const char* name, const Shape& shape) {
    return streams.child(name, 0).normal(shape);
  };
  const std::int64_t n = 2, channels = 21;
  const double limit = 1.5;
  const auto leaf = [](const Tensor& x) { return x.to(torch::kFloat64).requires_grad_(true); };
  const Tensor y = leaf(normal("y", {n, channels, 8, 12})),
               demodulation = leaf(normal("d", {n, channels}).abs() + 0.5),
               styles = leaf(normal("next", {n, channels})),
               matrices = leaf(normal("m", {n, 3, channels})),
               noise = leaf(normal("noise", {n, 1, 8, 12}));
  const Tensor bias = normal("b", {channels}).to(torch::kFloat64);
  const auto per_channel = [&](const Tensor& x) { return x.view({-1, channels, 1, 1}); };
  const Tensor a =
      (torch::leaky_relu(y * per_channel(demodulation) + noise + per_channel(bias), 0.2) *
       std::sqrt(2.0))
          .clamp(-limit, limit);
  const Tensor rgb = torch::einsum("ndc,nchw->ndhw", {matrices, a}),
               scaled = a * per_channel(styles);
  const Tensor rgb_gradient = normal("rgb", {n, 3, 8, 12});
  const auto want = torch::autograd::grad({scaled, rgb}, {y, styles, matrices, demodulation, noise},
                                          {c.expected(), rgb_gradient.to(torch::kFloat64)});

  const auto numbers = [](const Tensor& x) { return x.detach().to(torch::kFloat32).contiguous(); };
  const Tensor activation = a.detach().to(torch::kFloat32).contiguous(kChannelsLast),
               d32 = numbers(demodulation), s32 = numbers(styles), m32 = numbers(matrices),
               noise32 = numbers(noise), bias32 = numbers(bias), y_gradient = c.result(),
               noise_gradient = torch::empty({n, 1, 8, 12}),
               sums = torch::zeros({n, kGradientSums, channels});
  GradientEnd<float> end{};
  end.demodulation = d32.data_ptr<float>();
  end.bias = bias32.data_ptr<float>();
  end.styles = s32.data_ptr<float>();
  end.noise = noise32.data_ptr<float>();
  end.noise_images = n;
  end.limit = static_cast<float>(limit);
  end.activation = activation.data_ptr<float>();
  end.matrices = m32.data_ptr<float>();
  end.rgb_gradient = rgb_gradient.data_ptr<float>();
  end.y_gradient = y_gradient.data_ptr<float>();
  end.noise_gradient = noise_gradient.data_ptr<float>();
  end.sums = sums.data_ptr<float>();
  end.sums_stride = kGradientSums * channels;
  c.run(end);
  const auto expect_near = [](const Tensor& got, const Tensor& expected) {
    EXPECT_LT(((got - expected).norm() / expected.norm()).item<double>(), 1e-5);
  };
  expect_near(y_gradient, want[0]);
  expect_near(sums.select(1, 0), want[1]);
  expect_near(sums.slice(1, 1, 4), want[2]);
  expect_near(sums.select(1, 4), want[3] * demodulation);
  expect_near(noise_gradient, want[4]);
}

}  // namespace
}  // namespace sgilo
