#include "support/expect_adjoint.h"

namespace sgilo {
namespace {

TEST(Identity, IsProvenAndSeesEverything) {
  const auto op = operator_of("identity", {3, 8, 8});
  expect_proven(*op);
  const Tensor image = RandomStreams(2).normal({2, 3, 8, 8});
  EXPECT_TRUE(torch::equal(op->apply(image), image));
  EXPECT_TRUE(torch::equal(op->picture(image), image.clamp(-1, 1)));
  EXPECT_EQ(op->describe(), "identity");
}

}  // namespace
}  // namespace sgilo
