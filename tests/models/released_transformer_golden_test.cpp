// Agreement of the released transformer with recorded outputs (tests/golden/ORIGIN.md).
#include <gtest/gtest.h>

#include "sgilo/checkpoint/safetensors.h"
#include "sgilo/released/released_transformer.h"

namespace sgilo {
namespace {

void expect_agreement(const std::string& name, const Shape& shape) {
  const StateDict golden =
      read_safetensors(std::string(SGILO_SOURCE_DIR) + "/tests/golden/" + name + ".safetensors")
          .tensors;
  const ReleasedTransformer network(with_prefix_removed(golden, "weights."), shape);
  const Tensor x = golden.at("x").clone().requires_grad_(), t = golden.at("t_mixed");
  const Tensor out = network.forward(x, t);
  EXPECT_TRUE(torch::allclose(out, golden.at("net_tmixed"), 1e-5, 3.3e-5)) << name;
  EXPECT_TRUE(torch::allclose(torch::autograd::grad({(out * golden.at("v")).sum()}, {x})[0],
                              golden.at("vjp_net_tmixed"), 1e-5, 3.1e-5))
      << name;
  EXPECT_TRUE(torch::allclose(released_score(network, Sde())(x, t), golden.at("score_tmixed"), 1e-5,
                              4.7e-4))
      << name;
}

TEST(ReleasedTransformer, AgreesOnAnOddNumberOfTokens) {
  expect_agreement("vit_odd_12x3x3", {12, 3, 3});
}

TEST(ReleasedTransformer, AgreesOnPatchesOfTwo) { expect_agreement("vit_patch2_6x4x4", {6, 4, 4}); }

}  // namespace
}  // namespace sgilo
