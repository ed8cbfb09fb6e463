#include "sgilo/generator/kernels/trainable_layers.h"

#include <gtest/gtest.h>

#include "sgilo/core/error.h"
#include "sgilo/core/random_streams.h"
#include "sgilo/generator/discriminator.h"
#include "sgilo/generator/synthesis.h"
#include "support/error_text.h"

namespace sgilo {
namespace {

double relative_error(const Tensor& got, const Tensor& want) {
  return ((got - want).norm() / (want.norm() + 1e-12)).item<double>();
}

using Gradients = std::vector<std::pair<std::string, Tensor>>;

// Biases and noises of an untrained network are zero: these take part.
void shake(torch::nn::Module& module) {
  const torch::NoGradGuard no_grad;
  for (auto& named : module.named_parameters())
    if (named.value().dim() < 2) named.value().add_(torch::randn(named.value().sizes()) * 0.2);
}

SynthesisNetwork make_network(std::vector<std::int64_t> widths, double clamp) {
  torch::manual_seed(5);
  SynthesisNetwork network{SynthesisOptions{9, std::move(widths), 0.0}};
  network->options.clamp = clamp;
  shake(*network);
  return network;
}

struct Outcome {
  Tensor image;
  Gradients gradients;
};

Outcome run(SynthesisNetwork network, Kernel kernel, torch::ScalarType type, std::int64_t n,
            std::int64_t first) {
  const RandomStreams streams(3);
  const auto& o = network->options;
  network->kernel = kernel;
  network->convolution_type = type;
  const Tensor ws = streams.child("ws").normal({n, o.style_rows(), o.w_dim}).requires_grad_(true);
  BlockState from;
  if (first > 0) {
    const std::int64_t r = o.resolution(first - 1);
    from.features = streams.child("x")
                        .normal({n, o.widths[static_cast<std::size_t>(first - 1)], r, r})
                        .requires_grad_(true);
    from.skip = streams.child("skip").normal({n, 3, r, r}).requires_grad_(true);
  }
  Noises noises;
  for (std::int64_t j = 0; j < o.noise_inputs(); ++j) {
    const std::int64_t r = o.resolution(SynthesisOptions::block_of_noise(j));
    const auto noise = streams.child("noise", static_cast<std::uint64_t>(j));
    noises.push_back(
        (j % 2 == 0 ? noise.normal({n, 1, r, r}) : noise.normal({r, r})).requires_grad_(true));
  }
  for (Tensor& parameter : network->parameters()) parameter.mutable_grad() = Tensor();
  Outcome out{network->image(from, ws, noises, first, o.blocks() - 1), {}};
  const Tensor target = RandomStreams(8).normal(out.image.sizes());
  (out.image - target).square().sum().backward();
  out.gradients.emplace_back("ws", ws.grad());
  if (first > 0) {
    out.gradients.emplace_back("features", from.features.grad());
    out.gradients.emplace_back("skip", from.skip.grad());
  }
  for (std::size_t j = 0; j < noises.size(); ++j)
    if (noises[j].grad().defined())
      out.gradients.emplace_back(concat("noise ", j), noises[j].grad());
  for (const auto& named : network->named_parameters())
    if (named.value().grad().defined())
      out.gradients.emplace_back(named.key(), named.value().grad().clone());
  return out;
}

void expect_alike(const Gradients& got, const Gradients& want, double tolerance) {
  ASSERT_EQ(got.size(), want.size());
  for (std::size_t i = 0; i < want.size(); ++i) {
    EXPECT_EQ(got[i].first, want[i].first);
    EXPECT_LT(relative_error(got[i].second, want[i].second), tolerance) << want[i].first;
  }
}

void expect_same_training(const std::vector<std::int64_t>& widths, std::int64_t n,
                          std::int64_t first, double clamp = 0) {
  SCOPED_TRACE(concat(widths.size(), " blocks, ", n, " images, from block ", first));
  SynthesisNetwork network = make_network(widths, clamp);
  const Outcome want = run(network, Kernel::reference, torch::kFloat32, n, first),
                got = run(network, Kernel::fused, torch::kFloat32, n, first);
  EXPECT_LT(relative_error(got.image, want.image), 5e-6);
  expect_alike(got.gradients, want.gradients, 1e-4);
}

TEST(TrainableLayers, TrainAGeneratorAsThePlainFormDoes) {
  expect_same_training({5}, 2, 0);
  expect_same_training({16, 16}, 1, 0);
  expect_same_training({7, 19, 33, 16}, 3, 0);
  expect_same_training({20, 17, 32, 3, 8}, 2, 0);
}

TEST(TrainableLayers, TrainPartsOfAGenerator) {
  expect_same_training({7, 19, 33, 16}, 3, 1);
  expect_same_training({20, 17, 32, 3, 8}, 2, 3);
}

TEST(TrainableLayers, LimitActivationsAndColoursAsThePlainFormDoes) {
  for (const double clamp : {0.5, 2.0}) expect_same_training({7, 19, 33, 16}, 2, 0, clamp);
}

TEST(TrainableLayers, InBfloat16StayAsCloseAsThePlainForm) {
  SynthesisNetwork network = make_network({16, 20, 32, 16}, 0);
  const Outcome want = run(network, Kernel::reference, torch::kFloat32, 4, 0),
                plain = run(network, Kernel::reference, torch::kBFloat16, 4, 0),
                got = run(network, Kernel::fused, torch::kBFloat16, 4, 0);
  EXPECT_LT(relative_error(got.image, want.image), 0.02);
  for (std::size_t i = 0; i < want.gradients.size(); ++i) {
    const auto& [name, gradient] = want.gradients[i];
    if (gradient.dim() == 0) continue;  // what large numbers leave of each other
    EXPECT_LT(relative_error(got.gradients[i].second, gradient),
              2 * relative_error(plain.gradients[i].second, gradient) + 0.05)
        << name;
  }
}

struct Judged {
  Tensor logits, image_gradient;
  Gradients gradients;
};

Judged judge(Discriminator network, Kernel kernel, torch::ScalarType type, std::int64_t n) {
  network->kernel = kernel;
  network->convolution_type = type;
  for (Tensor& parameter : network->parameters()) parameter.mutable_grad() = Tensor();
  const std::int64_t size = 4LL << (network->options.widths.size() - 1);
  const Tensor image = RandomStreams(6).normal({n, 3, size, size}).requires_grad_(true);
  Judged out{network->forward(image), {}, {}};
  (out.logits * RandomStreams(7).normal({n})).sum().backward();
  out.image_gradient = image.grad();
  for (const auto& named : network->named_parameters())
    out.gradients.emplace_back(named.key(), named.value().grad().clone());
  return out;
}

Discriminator make_discriminator(std::vector<std::int64_t> widths) {
  torch::manual_seed(1);
  Discriminator network(DiscriminatorOptions{std::move(widths), 4});
  shake(*network);
  return network;
}

TEST(TrainableLayers, TrainADiscriminatorAsThePlainFormDoes) {
  for (const auto& widths :
       std::vector<std::vector<std::int64_t>>{{8}, {8, 6, 4}, {12, 7, 33, 16}, {5, 16, 32, 3, 8}}) {
    SCOPED_TRACE(concat(widths.size(), " blocks"));
    Discriminator network = make_discriminator(widths);
    const Judged want = judge(network, Kernel::reference, torch::kFloat32, 4),
                 got = judge(network, Kernel::fused, torch::kFloat32, 4);
    EXPECT_LT(relative_error(got.logits, want.logits), 1e-5);
    EXPECT_LT(relative_error(got.image_gradient, want.image_gradient), 1e-4);
    expect_alike(got.gradients, want.gradients, 1e-4);
  }
}

TEST(TrainableLayers, ADiscriminatorInBfloat16StaysAsCloseAsThePlainForm) {
  Discriminator network = make_discriminator({16, 20, 32, 16});
  const Judged want = judge(network, Kernel::reference, torch::kFloat32, 8),
               plain = judge(network, Kernel::reference, torch::kBFloat16, 8),
               got = judge(network, Kernel::fused, torch::kBFloat16, 8);
  EXPECT_LT(relative_error(got.image_gradient, want.image_gradient),
            2 * relative_error(plain.image_gradient, want.image_gradient) + 0.05);
  for (std::size_t i = 0; i < want.gradients.size(); ++i)
    EXPECT_LT(relative_error(got.gradients[i].second, want.gradients[i].second),
              2 * relative_error(plain.gradients[i].second, want.gradients[i].second) + 0.05)
        << want.gradients[i].first;
}

TEST(TrainableLayers, RefuseInputsThatDoNotFit) {
  SynthesisNetwork network = make_network({8, 8, 8}, 0);
  network->kernel = Kernel::fused;
  const Tensor ws = torch::zeros({2, network->options.style_rows(), 9});
  Noises noises = network->constant_noises();
  noises[1] = torch::zeros({3, 1, 8, 8});
  EXPECT_THROW(network->forward(ws, noises), Error);
  EXPECT_THROW(network->image({torch::zeros({1, 8, 4, 4}), {}}, ws, {}, 1, 2), Error);
  EXPECT_THROW(
      network->image({torch::zeros({2, 8, 4, 4}), torch::zeros({2, 3, 2, 2})}, ws, {}, 1, 2),
      Error);
  Discriminator discriminator = make_discriminator({8, 8, 8});
  for (const std::int64_t side : {4, 17, 32})
    EXPECT_THROW(discriminator->forward(torch::zeros({2, 3, side, side})), Error) << side;
}

TEST(TrainableLayers, RefuseSecondGradients) {
  Discriminator network = make_discriminator({8, 8, 8});
  network->kernel = Kernel::fused;
  const Tensor image = RandomStreams(6).normal({4, 3, 16, 16}).requires_grad_(true);
  EXPECT_EQ(error_text<ConfigError>([&] {
              torch::autograd::grad({network->forward(image).sum()}, {image}, {}, true,
                                    /*create_graph=*/true);
            }),
            "kernel fused has first gradients only; kernel reference has second ones");
}

TEST(TrainableLayers, UpConvolutionsHaveTheGradientsOfTheirDifferences) {
  const RandomStreams streams(9);
  const Tensor x = streams.child("x").normal({2, 3, 4, 8}).requires_grad_(true),
               w = streams.child("w").normal({5, 3, 3, 3}).requires_grad_(true),
               along = streams.child("y").normal({2, 5, 8, 16});
  const auto value = [&](const Tensor& at, const Tensor& weight) {
    return (trainable_up_convolution(at, weight) * along).sum().item<double>();
  };
  const auto gradients =
      torch::autograd::grad({(trainable_up_convolution(x, w) * along).sum()}, {x, w});
  const torch::NoGradGuard no_grad;
  const Tensor dx = streams.child("dx").normal(x.sizes()),
               dw = streams.child("dw").normal(w.sizes());
  // Linear in each: differences are exact but for rounding.
  EXPECT_NEAR(value(x + dx, w) - value(x, w), (gradients[0] * dx).sum().item<double>(), 2e-3);
  EXPECT_NEAR(value(x, w + dw) - value(x, w), (gradients[1] * dw).sum().item<double>(), 2e-3);
}

}  // namespace
}  // namespace sgilo
