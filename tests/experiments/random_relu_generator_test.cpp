#include "support/random_relu_generator.h"

#include <gtest/gtest.h>

#include "sgilo/core/error.h"
#include "sgilo/operators/make_noise.h"
#include "sgilo/solvers/csgm.h"
#include "sgilo/solvers/ilo.h"
#include "sgilo/solvers/restore.h"
#include "sgilo/solvers/sgilo.h"
#include "support/error_text.h"
#include "support/matrix_operator.h"

namespace sgilo {
namespace {

RandomReluGenerator small(torch::ScalarType type = torch::kFloat32) {
  return RandomReluGenerator(RandomReluNetwork({4, 40, 60}, 30, RandomStreams(3), 1, type));
}

std::vector<RandomStreams> rows(std::uint64_t count) {
  std::vector<RandomStreams> out;
  for (std::uint64_t i = 0; i < count; ++i) out.push_back(RandomStreams(7).child(i));
  return out;
}

TEST(RandomReluGenerator, DecodesWhatTheNetworkMakes) {
  const RandomReluGenerator generator = small(torch::kFloat64);
  const LatentState state = generator.draw(0, rows(5));
  EXPECT_EQ(state.at("styles").sizes(), (Shape{5, 1, 4}));
  const Tensor image = generator.network().apply(state.at("styles").squeeze(1));
  EXPECT_EQ(generator.image_shape(), (Shape{1, 1, 60}));
  EXPECT_TRUE(torch::equal(generator.decode(state), image.reshape({5, 1, 1, 60})));
  const LatentState later = generator.advance(state, 1);
  EXPECT_EQ(later.layer, 1);
  EXPECT_EQ(later.at("features").sizes(), (Shape{5, 40}));
  EXPECT_TRUE(torch::allclose(generator.decode(later), generator.decode(state)));
  EXPECT_TRUE(torch::equal(generator.draw(1, rows(5)).at("features"), later.at("features")));
}

TEST(RandomReluGenerator, FeaturesAreStandardised) {
  Tensor features = torch::empty({0});
  for (std::uint64_t i = 0; i < 20; ++i) {
    const RandomReluGenerator generator(
        RandomReluNetwork({100, 200, 300, 400}, 0, RandomStreams(i)));
    for (const int layer : {1, 2})
      features = torch::cat({features, generator.draw(layer, rows(10)).at("features").flatten()});
  }
  EXPECT_NEAR(features.mean().item<double>(), 0, 0.05);
  EXPECT_NEAR(features.std().item<double>(), 1, 0.05);
}

TEST(RandomReluGenerator, DoesNotGoBack) {
  const RandomReluGenerator generator = small();
  const LatentState state = generator.draw(1, rows(1));
  EXPECT_EQ(
      error_text<ConfigError>([&] { generator.advance(state, 0); }),
      "a state of layer 1 of random ReLU network [4, 40, 60], m = 30 advances to layers up to "
      "1, not to 0");
}

// Measurements of one image by the network's own A, and the priors that solvers take.
struct NetworkProblem {
  RandomReluGenerator generator = small();
  MatrixOperator matrix{generator.network().matrix(), generator.image_shape()};
  Tensor image = generator.decode(generator.draw(0, {RandomStreams(11)}));
  Problem problem{.generator = &generator,
                  .forward_operator = &matrix,
                  .measurements = matrix.apply(image),
                  .likelihood = Likelihood(make_noise(GaussianNoiseOptions{.sigma = 0.01}))};

  NetworkProblem() {
    problem.priors.set(0, Role::code, standard_normal());
    problem.priors.set(1, Role::layer, standard_normal());
  }
  NetworkProblem(const NetworkProblem&) = delete;
  NetworkProblem& operator=(const NetworkProblem&) = delete;

  double relative_error(const Solver& solver) const {
    Observer silent;
    const Reconstruction result =
        restore(problem, solver, row_keys(1, 4), RandomStreams(5), silent);
    return ((result.best() - image).norm() / image.norm()).item<double>();
  }
};

TEST(RandomReluGenerator, CsgmRecoversItsImage) {
  EXPECT_LT(NetworkProblem().relative_error(Csgm(CsgmOptions{})), 0.01);
}

TEST(RandomReluGenerator, IloRecoversItsImage) {
  IloOptions options;
  options.evaluations = 250;
  options.shares = {200, 50};
  options.project_styles = false;
  options.radii = {0.01};
  EXPECT_LT(NetworkProblem().relative_error(Ilo(options)), 0.03);
}

TEST(RandomReluGenerator, SgiloDrawsImagesNearTheTruth) {
  SgiloOptions options;
  options.use_layer_score = false;
  EXPECT_LT(NetworkProblem().relative_error(Sgilo(options)), 0.03);
  options.use_layer_score = true;
  options.layers = {1};
  options.evaluations = 100;
  options.style_evaluations = 50;
  options.kept = 2;
  EXPECT_LT(NetworkProblem().relative_error(Sgilo(options)), 1);
}

}  // namespace
}  // namespace sgilo
