#include "sgilo/generator/kernels/fused_synthesis.h"

#include <gtest/gtest.h>

#include "sgilo/core/error.h"
#include "sgilo/core/random_streams.h"
#include "sgilo/generator/synthesis.h"
#include "support/error_text.h"

namespace sgilo {
namespace {

// A network of odd and even widths whose biases and noises take part.
SynthesisNetwork make_network(std::vector<std::int64_t> widths) {
  torch::manual_seed(5);
  SynthesisNetwork network{SynthesisOptions{9, std::move(widths), 0.0}};
  for (auto& named : network->named_parameters()) {
    named.value().requires_grad_(false);
    if (named.key().find("noise_strength") != std::string::npos) named.value().normal_(0, 0.3);
    if (named.key().find("conv") != std::string::npos &&
        named.key().find("bias") != std::string::npos)
      named.value().add_(torch::randn(named.value().sizes()) * 0.2);
  }
  return network;
}

struct Inputs {
  Tensor features, skip, ws;
  Noises noises;
  std::int64_t first;

  std::vector<Tensor> variables() const {
    std::vector<Tensor> all{ws};
    if (first > 0) all.insert(all.end(), {features, skip});
    for (const Tensor& noise : noises)
      if (noise.defined()) all.push_back(noise);
    return all;
  }
};

Inputs make_inputs(SynthesisNetwork network, std::int64_t n, std::int64_t first) {
  const RandomStreams streams(3);
  const auto& o = network->options;
  const auto normal = [&](const char* name, const Shape& shape, std::uint64_t number = 0) {
    return streams.child(name, number).normal(shape).requires_grad_(true);
  };
  Inputs in{{}, {}, normal("ws", {n, o.style_rows(), o.w_dim}), {}, first};
  if (first > 0) {
    const std::int64_t r = o.resolution(first - 1);
    in.features = normal("x", {n, o.widths[static_cast<std::size_t>(first - 1)], r, r});
    in.skip = normal("skip", {n, 3, r, r});
  }
  for (std::int64_t j = 0; j < o.noise_inputs(); ++j) {
    const std::int64_t r = o.resolution(SynthesisOptions::block_of_noise(j));
    const auto number = static_cast<std::uint64_t>(j);
    if (j < 2 * first - 1)  // of a block that does not run
      in.noises.emplace_back();
    else if (j % 3 == 0)
      in.noises.push_back(normal("shared noise", {r, r}, number));
    else
      in.noises.push_back(normal("noise", {j % 3 == 1 ? n : 1, 1, r, r}, number));
  }
  return in;
}

struct Result {
  Tensor image;
  std::vector<Tensor> gradients;
};

Result run(SynthesisNetwork network, Kernel kernel, const Inputs& in) {
  network->kernel = kernel;
  Result out{network->image({in.features, in.skip}, in.ws, in.noises, in.first,
                            network->options.blocks() - 1),
             {}};
  const Tensor target = RandomStreams(8).normal(out.image.sizes());
  out.gradients = torch::autograd::grad({(out.image - target).square().sum()}, in.variables());
  return out;
}

double relative_error(const Tensor& got, const Tensor& want) {
  return ((got - want).norm() / want.norm()).item<double>();
}

void expect_same_as_reference(const std::vector<std::int64_t>& widths, std::int64_t n,
                              std::int64_t first, double clamp = 0) {
  SCOPED_TRACE(concat(widths.size(), " blocks, ", n, " images, from block ", first));
  SynthesisNetwork network = make_network(widths);
  network->options.clamp = clamp;
  const Inputs in = make_inputs(network, n, first);
  const Result want = run(network, Kernel::reference, in), got = run(network, Kernel::fused, in);
  ASSERT_EQ(got.image.sizes(), want.image.sizes());
  EXPECT_LT(relative_error(got.image, want.image), 2e-6);
  for (std::size_t i = 0; i < want.gradients.size(); ++i) {
    ASSERT_EQ(got.gradients[i].sizes(), want.gradients[i].sizes()) << i;
    EXPECT_LT(relative_error(got.gradients[i], want.gradients[i]), 1e-5) << "variable " << i;
  }
}

TEST(FusedSynthesis, HasTheImagesAndGradientsOfTheReference) {
  expect_same_as_reference({5}, 2, 0);
  expect_same_as_reference({16, 16}, 1, 0);
  expect_same_as_reference({7, 19, 33, 16}, 3, 0);
  expect_same_as_reference({7, 19, 33, 16}, 3, 1);
  expect_same_as_reference({20, 17, 32, 16}, 2, 2);
  expect_same_as_reference({20, 17, 32, 3, 8}, 2, 3);  // 64 pixels: several tasks per image
}

TEST(FusedSynthesis, LimitsActivationsAndColoursAsTheReference) {
  for (const double clamp : {0.3, 1.0, 3.0}) {
    expect_same_as_reference({7, 19, 33, 16}, 2, 0, clamp);
    expect_same_as_reference({20, 17, 32, 16}, 2, 2, clamp);
  }
}

TEST(FusedSynthesis, RunsWithoutNoiseAndWithoutASkipImage) {
  SynthesisNetwork network = make_network({8, 12, 6});
  Inputs in = make_inputs(network, 2, 1);
  in.noises.clear();
  in.skip = Tensor();
  const auto image = [&](Kernel kernel) {
    network->kernel = kernel;
    return network->image({in.features, {}}, in.ws, {}, 1, network->options.blocks() - 1);
  };
  EXPECT_LT(relative_error(image(Kernel::fused), image(Kernel::reference)), 2e-6);
}

// Up to the rounding of the library's up-convolutions (fused_layer_test.cpp).
TEST(FusedSynthesis, DoesNotDependOnTheNumberOfThreads) {
  SynthesisNetwork network = make_network({16, 16, 16, 16, 16});
  const Inputs in = make_inputs(network, 2, 0);
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  const Result one = run(network, Kernel::fused, in);
  at::set_num_threads(2);
  const Result two = run(network, Kernel::fused, in);
  at::set_num_threads(threads);
  EXPECT_LT(relative_error(one.image, two.image), 2e-6);
  for (std::size_t i = 0; i < one.gradients.size(); ++i)
    EXPECT_LT(relative_error(one.gradients[i], two.gradients[i]), 1e-5) << "variable " << i;
}

double cosine(const Tensor& a, const Tensor& b) {
  return ((a * b).sum() / (a.norm() * b.norm())).item<double>();
}

TEST(FusedSynthesis, IsAsExactInBfloat16AsTheReference) {
  SynthesisNetwork network = make_network({32, 32, 24, 16, 16});
  const Inputs in = make_inputs(network, 2, 0);
  const Result want = run(network, Kernel::reference, in);
  network->convolution_type = torch::kBFloat16;
  const Result got = run(network, Kernel::fused, in), plain = run(network, Kernel::reference, in);
  EXPECT_LT(relative_error(got.image, want.image), relative_error(plain.image, want.image));
  for (std::size_t i = 0; i < want.gradients.size(); ++i)
    EXPECT_LT(1 - cosine(got.gradients[i], want.gradients[i]),
              1e-4 + 1.2 * (1 - cosine(plain.gradients[i], want.gradients[i])))
        << "variable " << i;
}

TEST(FusedSynthesis, FollowsItsWeights) {
  SynthesisNetwork network = make_network({8, 8});
  const Inputs in = make_inputs(network, 1, 0);
  run(network, Kernel::fused, in);
  for (Tensor& parameter : network->parameters()) parameter.mul_(0.5);
  const Result got = run(network, Kernel::fused, in), want = run(network, Kernel::reference, in);
  EXPECT_LT(relative_error(got.image, want.image), 2e-6);
}

TEST(FusedSynthesis, SaysWhyItCannotRun) {
  SynthesisNetwork network = make_network({8, 8});
  const Inputs in = make_inputs(network, 1, 0);
  network->kernel = Kernel::fused;
  network->to(torch::kFloat64);
  EXPECT_EQ(error_text<ConfigError>([&] { network->forward(in.ws, in.noises); }),
            "kernel fused cannot run here: its weights are not float32");
}

}  // namespace
}  // namespace sgilo
