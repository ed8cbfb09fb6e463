#include "sgilo/operators/operator_proof.h"

#include <gtest/gtest.h>

#include <functional>

#include "support/error_text.h"

namespace sgilo {
namespace {

// An operator of any map, which claims to be linear, with the adjoint given or derived.
class AnyMap : public ForwardOperator {
 public:
  using Map = std::function<Tensor(const Tensor&)>;
  explicit AnyMap(Map map, Map adjoint = {})
      : ForwardOperator({2, 4, 4}), map_(std::move(map)), adjoint_(std::move(adjoint)) {}
  Tensor adjoint(const Tensor& y) const override {
    return adjoint_ ? adjoint_(y) : ForwardOperator::adjoint(y);
  }
  std::string describe() const override { return "any map"; }
  Json options() const override { return {{"kind", "identity"}}; }

 private:
  Tensor measure(const Tensor& image) const override { return map_(image); }

  Map map_, adjoint_;
};

const RandomStreams streams(1);

TEST(OperatorProof, PassesALinearMap) {
  const AnyMap op([](const Tensor& x) { return x.cumsum(3); });
  EXPECT_TRUE(check_adjoint(op, streams).passed());
  EXPECT_TRUE(check_linearity(op, streams).passed());
  EXPECT_TRUE(check_gradient(op, streams).passed());
  EXPECT_TRUE(check_batch(op, streams).passed());
  EXPECT_TRUE(check_precision(op, streams).passed());
  EXPECT_TRUE(check_determinism(op, streams).passed());
}

TEST(OperatorProof, FindsAWrongAdjoint) {
  const auto cumsum = [](const Tensor& x) { return x.cumsum(3); };
  EXPECT_FALSE(check_adjoint(AnyMap(cumsum, cumsum), streams).passed());
}

TEST(OperatorProof, FindsAnOffset) {
  EXPECT_FALSE(check_linearity(AnyMap([](const Tensor& x) { return x + 1e-6; }), streams).passed());
}

TEST(OperatorProof, FindsAGradientThatIsCut) {
  const AnyMap op([](const Tensor& x) { return x + 0.01 * x.detach(); });
  EXPECT_FALSE(check_gradient(op, streams).passed());
}

TEST(OperatorProof, FindsRowsThatDependOnTheirNeighbours) {
  const AnyMap op([](const Tensor& x) { return x - 1e-6 * x.mean(0, true); });
  EXPECT_FALSE(check_batch(op, streams).passed());
}

TEST(OperatorProof, FindsAnOperatorThatIsNeverTheSame) {
  int calls = 0;
  const AnyMap op([&](const Tensor& x) { return (1 + 1e-6 * ++calls) * x; });
  EXPECT_FALSE(check_determinism(op, streams).passed());
}

TEST(OperatorProof, FindsAStateThatRebuildsAnotherOperator) {
  EXPECT_FALSE(check_restoring(AnyMap([](const Tensor& x) { return 2 * x; }), streams).passed());
}

TEST(OperatorProof, FindsALossOfPrecision) {
  const AnyMap op([](const Tensor& x) { return x.to(torch::kFloat16).to(x.scalar_type()); });
  const AnyMap shifted(
      [](const Tensor& x) { return x.scalar_type() == torch::kFloat32 ? x * 1.001 : x; });
  EXPECT_FALSE(check_linearity(op, streams).passed());
  EXPECT_FALSE(check_precision(shifted, streams).passed());
}

TEST(OperatorProof, NeverPassesNumbersThatAreNotFinite) {
  const AnyMap op([](const Tensor& x) { return x / 0.0; });
  for (const ProofCheck& check :
       {check_adjoint(op, streams), check_linearity(op, streams), check_gradient(op, streams),
        check_batch(op, streams), check_precision(op, streams), check_determinism(op, streams)})
    EXPECT_FALSE(check.passed()) << check.name;
}

}  // namespace
}  // namespace sgilo
