#include "sgilo/training/training_state.h"

#include <gtest/gtest.h>

#include "sgilo/core/error.h"
#include "support/error_text.h"
#include "support/temporary_folder.h"

namespace sgilo {
namespace {

TEST(TrainingState, ReturnsFromItsFolderAsItWas) {
  const TemporaryFolder folder;
  EXPECT_FALSE(load_training_state(folder / "new").has_value());
  save_training_state(folder / "new", {{{"w", torch::arange(3)}}, {{"step", 7}, {"seconds", 0.1}}});
  const auto state = load_training_state(folder / "new");
  ASSERT_TRUE(state.has_value());
  EXPECT_TRUE(torch::equal(state->tensors.at("w"), torch::arange(3)));
  EXPECT_EQ(state->counters, (std::map<std::string, double>{{"step", 7}, {"seconds", 0.1}}));
}

TEST(TrainingState, NamesADamagedFile) {
  const TemporaryFolder folder;
  const auto path = folder.put("state.safetensors", "no state");
  EXPECT_TRUE(error_text<FormatError>([&] {
                load_training_state(folder.path());
              }).starts_with(path.string() + ": "));
}

TEST(TrainingState, KeepsAnOptimiserThroughItsBytes) {
  const auto make = [](const Tensor& x) {
    return torch::optim::Adam({x}, torch::optim::AdamOptions(0.1));
  };
  const auto step = [](torch::optim::Adam& adam, const Tensor& x) {
    adam.zero_grad();
    (x - 3).square().sum().backward();
    adam.step();
  };
  Tensor x = torch::zeros({4}).requires_grad_(true);
  auto adam = make(x);
  for (int i = 0; i < 3; ++i) step(adam, x);
  Tensor y = x.detach().clone().requires_grad_(true);
  auto copy = make(y);
  load_optimizer_bytes(copy, optimizer_bytes(adam));
  for (int i = 0; i < 3; ++i) {
    step(adam, x);
    step(copy, y);
  }
  EXPECT_TRUE(torch::equal(x, y));
}

}  // namespace
}  // namespace sgilo
