#include "sgilo/operators/forward_operator.h"

#include <gtest/gtest.h>

#include "sgilo/core/random_streams.h"
#include "support/error_text.h"

namespace sgilo {
namespace {

// y = x^2 + 3 x, flattened: Jacobian 3 at 0.
class Quadratic : public ForwardOperator {
 public:
  explicit Quadratic(Shape shape) : ForwardOperator(std::move(shape)) {}
  bool linear() const override { return false; }
  std::string describe() const override { return describe_options(options(), "of all"); }
  Json options() const override { return {{"kind", "quadratic"}, {"power", 2}, {"file", "a.png"}}; }

 private:
  Tensor measure(const Tensor& image) const override {
    return (image * image + 3 * image).flatten(1);
  }
};

TEST(ForwardOperator, AdjointIsTheVectorJacobianProductAtZero) {
  const Quadratic op({2, 3, 4});
  const Tensor y = RandomStreams(1).normal({5, 24});
  EXPECT_TRUE(torch::allclose(op.adjoint(y), 3 * y.view({5, 2, 3, 4})));
  EXPECT_EQ(op.adjoint(y.to(torch::kFloat64)).scalar_type(), torch::kFloat64);
  const torch::NoGradGuard no_grad;
  EXPECT_TRUE(torch::allclose(op.adjoint(y), 3 * y.view({5, 2, 3, 4})));
  EXPECT_FALSE(op.adjoint(y).requires_grad());
}

TEST(ForwardOperator, KnowsItsShapesAndDescribesItsOptions) {
  const Quadratic op({2, 3, 4});
  EXPECT_EQ(op.measurement_shape(), Shape({24}));
  EXPECT_EQ(op.image_shape(), Shape({2, 3, 4}));
  EXPECT_EQ(op.describe(), "quadratic (power = 2, file = a.png: of all)");
}

TEST(ForwardOperator, PictureScalesEachRowToTheUnitRange) {
  const Quadratic op({1, 2, 2});
  const Tensor y = torch::tensor({{2.f, -8.f, 4.f, 0.f}, {0.f, 0.f, 0.f, 0.f}});
  const Tensor expected = torch::tensor({{0.25f, -1.f, 0.5f, 0.f}, {0.f, 0.f, 0.f, 0.f}});
  EXPECT_TRUE(torch::allclose(op.picture(y), expected.view({2, 1, 2, 2})));
}

TEST(ForwardOperator, RefusesOtherShapes) {
  const Quadratic op({1, 2, 2});
  EXPECT_EQ(error_text<ConfigError>([&] {
              op.apply(torch::zeros({1, 2, 2}));
            }),
            "images have shape [1, 2, 2], but operator quadratic (power = 2, file = a.png: of all) "
            "takes [N, 1, 2, 2]");
  const std::string refused =
      "measurements have shape [1, 5], but operator quadratic (power = 2, file = a.png: of all) "
      "produces [N, 4]";
  EXPECT_EQ(error_text<ConfigError>([&] { op.adjoint(torch::zeros({1, 5})); }), refused);
  EXPECT_EQ(error_text<ConfigError>([&] { op.picture(torch::zeros({1, 5})); }), refused);
  EXPECT_EQ(error_text<ConfigError>([] {
              Quadratic({3, 0, 4});
            }),
            "an operator's image must have a shape of positive sizes, but has [3, 0, 4]");
}

}  // namespace
}  // namespace sgilo
