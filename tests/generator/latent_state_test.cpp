#include "sgilo/generator/latent_state.h"

#include <gtest/gtest.h>

#include "sgilo/core/error.h"
#include "support/error_text.h"

namespace sgilo {
namespace {

LatentState example() {
  return {2,
          {{"features", Role::layer, torch::arange(12.0).view({3, 4})},
           {"styles", Role::code, torch::ones({3, 2})}}};
}

TEST(LatentState, FindsItsVariablesByName) {
  LatentState state = example();
  EXPECT_EQ(state.rows(), 3);
  EXPECT_EQ(LatentState().rows(), 0);
  EXPECT_TRUE(state.has("styles"));
  EXPECT_FALSE(state.has("noise_0"));
  state.at("styles") = torch::zeros({3, 2});
  EXPECT_EQ(state.variables[1].value.sum().item<float>(), 0);
  EXPECT_TRUE(error_text<ConfigError>([&] {
                state.at("style");
              }).starts_with("unknown variable of layer 2 'style', did you mean 'styles'?"));
}

TEST(LatentState, FindsItsVariablesByRole) {
  LatentState state = example();
  EXPECT_TRUE(state.has(Role::layer));
  EXPECT_FALSE(state.has(Role::noise));
  EXPECT_TRUE(torch::equal(state.at(Role::code), state.at("styles")));
  EXPECT_EQ(error_text<ConfigError>([&] { state.at(Role::noise); }),
            "stage 2 of the generator has no variable that is a noise");
}

TEST(LatentState, MappedKeepsNamesAndRoles) {
  const LatentState doubled = mapped(example(), [](const Variable& x) { return 2 * x.value; });
  EXPECT_EQ(doubled.layer, 2);
  EXPECT_EQ(doubled.variables[0].role, Role::layer);
  EXPECT_TRUE(torch::equal(doubled.at("features"), 2 * example().at("features")));
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
