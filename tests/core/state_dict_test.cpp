#include "sgilo/core/state_dict.h"

#include <gtest/gtest.h>

#include "sgilo/core/error.h"
#include "support/error_text.h"

namespace sgilo {
namespace {

// A parameter, a buffer, a submodule, and a parameter that is left out (no bias).
struct Network : torch::nn::Module {
  Network() {
    weight = register_parameter("weight", torch::zeros({2, 3}));
    register_parameter("bias", {}, false);
    mean = register_buffer("mean", torch::zeros({3}, torch::kFloat64));
    inner = register_module("inner", torch::nn::Linear(torch::nn::LinearOptions(3, 1).bias(false)));
  }
  Tensor weight, mean;
  torch::nn::Linear inner{nullptr};
};

StateDict full_state() {
  return {{"weight", torch::ones({2, 3})},
          {"mean", torch::full({3}, 2.0f)},
          {"inner.weight", torch::full({1, 3}, 3.0f)}};
}

TEST(StateDict, HoldsParametersAndBuffersUnderDottedNames) {
  const Network network;
  std::vector<std::string> names;
  for (const auto& [name, tensor] : state_of(network)) names.push_back(name);
  EXPECT_EQ(names, (std::vector<std::string>{"inner.weight", "mean", "weight"}));
}

TEST(StateDict, LoadingCopiesValuesAndKeepsTheModulesTypes) {
  Network network;
  load_state(network, full_state());
  EXPECT_TRUE(torch::equal(network.weight, torch::ones({2, 3})));
  EXPECT_TRUE(torch::equal(network.mean, torch::full({3}, 2.0, torch::kFloat64)));
  EXPECT_TRUE(torch::equal(network.inner->weight, torch::full({1, 3}, 3.0f)));
  EXPECT_TRUE(network.weight.requires_grad());
}

TEST(StateDict, LoadingNamesTheFirstTensorThatDoesNotFitAndChangesNothing) {
  Network network;
  StateDict state = full_state();
  state.erase("mean");
  EXPECT_EQ(error_text<FormatError>([&] { load_state(network, state); }),
            "tensor 'mean' is missing");
  state = full_state();
  state["weight"] = torch::ones({3, 2});
  EXPECT_EQ(error_text<FormatError>([&] { load_state(network, state); }),
            "tensor 'weight' must have shape [2, 3], but has [3, 2]");
  state = full_state();
  state["extra"] = torch::ones({1});
  EXPECT_EQ(error_text<FormatError>([&] { load_state(network, state); }),
            "tensor 'extra' belongs to no part of the network");
  EXPECT_TRUE(torch::equal(network.mean, torch::zeros({3}, torch::kFloat64)));
}

TEST(StateDict, AdoptedTensorsAreTheModulesOwn) {
  Network network;
  const StateDict state = full_state();
  adopt_state(network, state);
  EXPECT_EQ(network.weight.data_ptr(), state.at("weight").data_ptr());
  EXPECT_EQ(network.inner->weight.data_ptr(), state.at("inner.weight").data_ptr());
  state.at("weight").fill_(7);
  EXPECT_TRUE(torch::equal(network.weight, torch::full({2, 3}, 7.0f)));
  EXPECT_TRUE(network.weight.requires_grad());
  EXPECT_FALSE(state.at("weight").requires_grad());
  EXPECT_TRUE(torch::equal(network.inner->forward(torch::ones({1, 3})), torch::full({1, 1}, 9.0f)));
}

TEST(StateDict, AdoptingConvertsOtherTypesIntoTheModulesOwn) {
  Network network;
  StateDict state = full_state();
  state["weight"] = torch::full({2, 3}, 5, torch::kInt64);
  state["inner.weight"] = torch::full({1, 3}, 0.5, torch::kFloat16);
  adopt_state(network, state);
  EXPECT_TRUE(torch::equal(network.weight, torch::full({2, 3}, 5.0f)));
  EXPECT_TRUE(torch::equal(network.inner->weight, torch::full({1, 3}, 0.5f)));
  EXPECT_TRUE(torch::equal(network.mean, torch::full({3}, 2.0, torch::kFloat64)));
  state.at("mean").fill_(1);  // was converted, so that it is another
  EXPECT_TRUE(torch::equal(network.mean, torch::full({3}, 2.0, torch::kFloat64)));
}

TEST(StateDict, AdoptingNamesTheFirstTensorThatDoesNotFitAndChangesNothing) {
  Network network;
  const void* before = network.weight.data_ptr();
  const auto refusal = [&](const StateDict& state) {
    return error_text<FormatError>([&] { adopt_state(network, state); });
  };
  StateDict state = full_state();
  state.erase("inner.weight");
  EXPECT_EQ(refusal(state), "tensor 'inner.weight' is missing");
  state = full_state();
  state["mean"] = torch::ones({});
  EXPECT_EQ(refusal(state), "tensor 'mean' must have shape [3], but has []");
  state = full_state();
  state["bias"] = torch::ones({1});
  EXPECT_EQ(refusal(state), "tensor 'bias' belongs to no part of the network");
  EXPECT_EQ(network.weight.data_ptr(), before);
  EXPECT_TRUE(torch::equal(network.weight, torch::zeros({2, 3})));
}

TEST(StateDict, PrefixesComeAndGo) {
  const StateDict state = with_prefix(full_state(), "g.");
  EXPECT_EQ(state.count("g.inner.weight"), 1u);
  StateDict mixed = state;
  mixed["other"] = torch::ones({1});
  const StateDict back = with_prefix_removed(mixed, "g.");
  EXPECT_EQ(back.size(), 3u);
  EXPECT_EQ(back.count("mean"), 1u);
}

TEST(StateDict, RequiringATensorReturnsItOrNamesIt) {
  const StateDict state = full_state();
  EXPECT_TRUE(torch::equal(require_tensor(state, "weight"), torch::ones({2, 3})));
  EXPECT_EQ(error_text<FormatError>([&] { require_tensor(state, "w"); }), "tensor 'w' is missing");
}

}  // namespace
}  // namespace sgilo
