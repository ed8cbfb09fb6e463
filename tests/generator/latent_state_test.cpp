#include "sgilo/generator/latent_state.h"

#include <gtest/gtest.h>

#include "sgilo/core/error.h"
#include "support/error_text.h"

namespace sgilo {
namespace {

LatentState example() {
  return {2, {{"features", torch::arange(12.0).view({3, 4})}, {"styles", torch::ones({3, 2})}}};
}

TEST(LatentState, FindsItsVariablesByName) {
  LatentState state = example();
  EXPECT_EQ(state.rows(), 3);
  EXPECT_EQ(LatentState().rows(), 0);
  EXPECT_TRUE(state.has("styles"));
  EXPECT_FALSE(state.has("noise_0"));
  state.at("styles") = torch::zeros({3, 2});
  EXPECT_EQ(state.variables[1].second.sum().item<float>(), 0);
  EXPECT_TRUE(error_text<ConfigError>([&] {
                state.at("style");
              }).starts_with("unknown variable of layer 2 'style', did you mean 'styles'?"));
}

TEST(LatentState, LeavesCollectGradientsAndLeaveTheStateAlone) {
  const LatentState state = example(), leaves = state.requiring_gradients();
  leaves.at("features").square().sum().backward();
  EXPECT_TRUE(torch::equal(leaves.at("features").grad(), 2 * state.at("features")));
  EXPECT_FALSE(state.at("features").requires_grad());
  EXPECT_FALSE(leaves.detached().at("features").requires_grad());
}

TEST(LatentState, RowsAreTakenApartAndPutTogether) {
  const LatentState state = example();
  const LatentState picked = state.select_rows(torch::tensor({2, 0}));
  EXPECT_EQ(picked.layer, 2);
  EXPECT_TRUE(torch::equal(picked.at("features")[0], state.at("features")[2]));
  const LatentState joined = LatentState::concatenated({picked, state});
  EXPECT_EQ(joined.rows(), 5);
  EXPECT_TRUE(torch::equal(joined.at("features")[4], state.at("features")[2]));
}

}  // namespace
}  // namespace sgilo
