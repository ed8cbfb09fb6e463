#include "sgilo/training/adam_state.h"

#include <gtest/gtest.h>

#include "sgilo/core/error.h"
#include "support/error_text.h"

namespace sgilo {
namespace {

struct TwoWeightsImpl : torch::nn::Module {
  TwoWeightsImpl() {
    used = register_parameter("used", torch::zeros({4}));
    unused = register_parameter("unused", torch::zeros({2}));
  }
  Tensor used, unused;
};
TORCH_MODULE(TwoWeights);

struct Fit {
  TwoWeights weights;
  torch::optim::Adam adam{weights->parameters(), torch::optim::AdamOptions(0.1)};

  void step() {
    adam.zero_grad();
    (weights->used - 3).square().sum().backward();
    adam.step();
  }
};

StateDict after_three_steps() {
  Fit fit;
  for (int i = 0; i < 3; ++i) fit.step();
  return adam_state(fit.adam, *fit.weights);
}

std::string refusal(const StateDict& state) {
  Fit fit;
  return error_text<FormatError>([&] { load_adam_state(fit.adam, *fit.weights, state, 3); });
}

TEST(AdamState, GoesOnBitForBitFromPlainTensors) {
  Fit whole, second;
  for (int i = 0; i < 3; ++i) whole.step();
  load_state(*second.weights, state_of(*whole.weights));
  load_adam_state(second.adam, *second.weights, adam_state(whole.adam, *whole.weights), 3);
  for (int i = 0; i < 3; ++i) {
    whole.step();
    second.step();
  }
  EXPECT_TRUE(torch::equal(whole.weights->used, second.weights->used));
}

TEST(AdamState, HasThreeTensorsOfEachParameter) {
  const StateDict state = after_three_steps();
  EXPECT_EQ(state.size(), 6u);
  EXPECT_EQ(state.at("used.step").item<std::int64_t>(), 3);
  EXPECT_EQ(state.at("used.exp_avg").sizes(), (torch::IntArrayRef{4}));
  EXPECT_EQ(state.at("unused.step").item<std::int64_t>(), 0);
  EXPECT_TRUE(torch::equal(state.at("unused.exp_avg_sq"), torch::zeros({2})));
}

TEST(AdamState, RefusesWhatAdamCannotHave) {
  const StateDict good = after_three_steps();
  EXPECT_EQ(refusal(good), "");
  StateDict state = good;
  state.erase("used.exp_avg");
  EXPECT_EQ(refusal(state), "tensor 'used.exp_avg' is missing");
  state = good;
  state["more.exp_avg"] = torch::zeros({1});
  EXPECT_EQ(refusal(state), "tensor 'more.exp_avg' belongs to no parameter of the network");
  state = good;
  state["used.exp_avg_sq"] = torch::zeros({1, 4});
  EXPECT_EQ(refusal(state),
            "tensor 'used.exp_avg_sq' must be of type Float and shape [4], but is of type Float "
            "and shape [1, 4]");
  state = good;
  state["used.exp_avg_sq"] = torch::full({4}, -1.0f);
  EXPECT_EQ(refusal(state), "tensor 'used.exp_avg_sq' must not be negative, but is");
  state = good;
  state["used.step"] = torch::tensor(std::int64_t{7});
  EXPECT_EQ(refusal(state),
            "tensor 'used.step' must be from 0 to 6 after 3 steps of training, but is 7");
  state["used.step"] = torch::tensor(std::int64_t{2});
  EXPECT_EQ(refusal(state),
            "the optimiser must have taken at least the 3 steps of the training, but took 2");
}

}  // namespace
}  // namespace sgilo
