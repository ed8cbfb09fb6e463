#include "sgilo/core/real_numbers.h"

#include <gtest/gtest.h>

#include "sgilo/core/error.h"
#include "sgilo/core/state_dict.h"
#include "support/error_text.h"

namespace sgilo {
namespace {

TEST(RealNumbers, ConvertsFloatsOfEveryWidth) {
  for (const auto type : {torch::kFloat16, torch::kBFloat16, torch::kFloat32, torch::kFloat64})
    EXPECT_TRUE(torch::equal(as_float32(torch::full({2}, 0.5, type), "x"), torch::full({2}, 0.5F)));
}

TEST(RealNumbers, RefusesWhatIsNotReal) {
  EXPECT_EQ(error_text<FormatError>(
                [] { as_float32(torch::ones({1}, torch::kComplexFloat), "tensor 'y'"); }),
            "tensor 'y' holds numbers of type complex64, but real numbers of type float16, "
            "bfloat16, float32 or float64 are accepted");
  for (const auto type : {torch::kBool, torch::kUInt8, torch::kInt64, torch::kComplexDouble})
    EXPECT_NE(error_text<FormatError>([&] { as_float32(torch::ones({1}, type), "x"); }), "");
}

TEST(RealNumbers, AreWhatANetworkTakesForItsWeights) {
  torch::nn::Linear linear(2, 2);
  StateDict state = state_of(*linear);
  state["weight"] = torch::ones({2, 2}, torch::kComplexFloat);
  for (const bool adopt : {false, true})
    EXPECT_NE(error_text<FormatError>([&] {
                adopt ? adopt_state(*linear, state) : load_state(*linear, state);
              }).find("tensor 'weight' holds numbers of type complex64"),
              std::string::npos);
}

}  // namespace
}  // namespace sgilo
