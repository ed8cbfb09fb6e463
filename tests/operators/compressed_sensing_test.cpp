#include "sgilo/operators/compressed_sensing.h"

#include <cmath>

#include "golden/circulant.h"
#include "support/error_text.h"
#include "support/expect_adjoint.h"

namespace sgilo {
namespace {

// The n x n matrix of x -> f * (s . x) / sqrt(n), entry by entry: row i, column j is
// f[(i - j) mod n] s[j] / sqrt(n).
Tensor dense_circulant(const Tensor& filter, const Tensor& signs) {
  const std::int64_t n = filter.numel();
  const Tensor i = torch::arange(n).unsqueeze(1), j = torch::arange(n).unsqueeze(0);
  const Tensor entries =
      filter.index_select(0, (i - j).remainder(n).flatten()).view({n, n}) * signs.unsqueeze(0);
  return entries.to(torch::kFloat64) / std::sqrt(static_cast<double>(n));
}

TEST(PartialCirculant, IsProven) {
  expect_proven(*operator_of("circulant:keep=0.3", {3, 8, 10}));
  expect_proven(*operator_of("circulant:keep=1", {1, 5, 7}));  // an odd length
}

TEST(PartialCirculant, IsTheDenseMatrixAtItsKeptRows) {
  for (const Shape& shape : {Shape{3, 4, 6}, Shape{1, 5, 7}}) {
    const auto op = operator_of("circulant:keep=0.4", shape);
    StateDict state = op->state();
    const Tensor matrix =
        dense_circulant(state["filter"], state["signs"]).index_select(0, state["kept"]);
    const Tensor x = RandomStreams(2).normal({5, shape[0], shape[1], shape[2]}).to(torch::kFloat64);
    const Tensor y = RandomStreams(3).normal({5, matrix.size(0)}).to(torch::kFloat64);
    EXPECT_TRUE(torch::allclose(op->apply(x), x.flatten(1).matmul(matrix.t()), 0, 1e-12));
    EXPECT_TRUE(torch::allclose(op->adjoint(y).flatten(1), y.matmul(matrix), 0, 1e-12));
  }
}

TEST(PartialCirculant, AgreesWithTheReferenceUpToItsScale) {
  const StateDict state{{"filter", torch::tensor(golden::circulant_filter)},
                        {"signs", torch::tensor(golden::circulant_signs)},
                        {"kept", torch::tensor(golden::circulant_kept)}};
  const auto op = restore_operator({{"kind", "circulant"}, {"keep", 0.25}}, state, {3, 8, 10});
  const Tensor x = torch::tensor(golden::circulant_x).view({1, 3, 8, 10});
  const Tensor v = torch::tensor(golden::circulant_v).view({1, 60});
  const double scale = std::sqrt(240.0);
  EXPECT_TRUE(torch::allclose(scale * op->apply(x),
                              torch::tensor(golden::circulant_y).view({1, 60}), 1e-4, 2.4e-3));
  EXPECT_TRUE(torch::allclose(scale * op->adjoint(v),
                              torch::tensor(golden::circulant_gradient).view({1, 3, 8, 10}), 1e-4,
                              1.4e-3));
}

TEST(PartialCirculant, KeepsTheStatedFractionOnceEach) {
  const auto op = operator_of("circulant:keep=0.1", {3, 64, 64});
  const Tensor kept = op->state().at("kept");
  EXPECT_EQ(kept.numel(), 1229);
  EXPECT_EQ(std::get<0>(torch::_unique(kept)).numel(), 1229);
  EXPECT_EQ(op->describe(),
            "circulant (keep = 0.1, form = convolution: 1229 measurements of 12288 values)");
}

TEST(PartialCirculant, ElementwiseMeasuresTheSignedAndWeightedValuesThemselves) {
  const auto op = operator_of("circulant:keep=0.3,form=elementwise", {3, 8, 10});
  expect_proven(*op);
  StateDict state = op->state();
  const Tensor x = RandomStreams(2).normal({4, 3, 8, 10});
  const Tensor weighted = state["filter"] * state["signs"] * x.flatten(1);
  EXPECT_TRUE(torch::allclose(op->apply(x), weighted.index_select(1, state["kept"])));
}

// The mean of ||Ax||^2 over operators, x fixed, within 4 of its own standard errors.
void expect_unit_rows(const std::string& text) {
  const Tensor x = RandomStreams(9).normal({1, 1, 4, 8});
  Tensor energies = torch::empty({400});
  for (int i = 0; i < 400; ++i)
    energies[i] =
        operator_of(text, {1, 4, 8}, static_cast<std::uint64_t>(i))->apply(x).square().sum();
  const double expected = x.square().sum().item<double>() / 2;  // m/n = 1/2
  EXPECT_NEAR(energies.mean().item<double>(), expected, 4 * energies.std().item<double>() / 20);
}

TEST(PartialCirculant, KeepsEnergyInProportionToItsRows) {
  expect_unit_rows("circulant:keep=0.5");
  expect_unit_rows("circulant:keep=0.5,form=elementwise");
}

TEST(GaussianProjection, KeepsEnergyInProportionToItsRows) {
  expect_unit_rows("gaussian-projection:rows=16");
}

TEST(GaussianProjection, IsProvenAndIsItsMatrix) {
  const auto op = operator_of("gaussian-projection:rows=20", {3, 5, 4});
  expect_proven(*op);
  const Tensor x = RandomStreams(2).normal({4, 3, 5, 4});
  const Tensor matrix = op->state().at("matrix");
  EXPECT_EQ(matrix.sizes(), (Shape{20, 60}));
  EXPECT_TRUE(torch::allclose(op->apply(x), x.flatten(1).matmul(matrix.t())));
  EXPECT_EQ(op->describe(), "gaussian-projection (rows = 20: 20 measurements of 60 values)");
}

TEST(CompressedSensing, ShowsTheBackProjection) {
  for (const auto text : {"circulant:keep=0.5", "gaussian-projection:rows=30"}) {
    const auto op = operator_of(text, {3, 4, 5});
    const Tensor y = op->apply(RandomStreams(6).normal({2, 3, 4, 5}));
    const Tensor picture = op->picture(y), back = op->adjoint(y);
    EXPECT_TRUE(torch::allclose(picture[1] * back[1].abs().max(), back[1], 1e-5, 1e-6)) << text;
    EXPECT_NEAR(picture[1].abs().max().item<float>(), 1, 1e-6) << text;
  }
}

TEST(CompressedSensing, RefusesWhatDoesNotFitTheImage) {
  const auto error = [](std::string_view text, const Shape& shape) {
    return error_text<ConfigError>([&] { operator_of(text, shape); });
  };
  EXPECT_EQ(error("circulant:keep=0.001", {3, 8, 8}),
            "operator circulant: keep must leave at least one of 192 values, but is 0.001");
  EXPECT_EQ(error("gaussian-projection:rows=193", {3, 8, 8}),
            "operator gaussian-projection: rows must be at most the image's 192 values, but is "
            "193");
  EXPECT_EQ(error("gaussian-projection:rows=5000", {3, 256, 256}),
            "operator gaussian-projection: rows must be at most 2730 for an image of 196608 values "
            "(2 GiB), but is 5000; operator circulant needs no matrix");
}

}  // namespace
}  // namespace sgilo
