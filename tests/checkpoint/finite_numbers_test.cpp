#include "sgilo/checkpoint/finite_numbers.h"

#include <gtest/gtest.h>

#include <cmath>

#include "sgilo/core/error.h"
#include "support/error_text.h"

namespace sgilo {
namespace {

TEST(FiniteNumbers, CountsThoseThatAreNone) {
  const auto refusal = [](const Tensor& array) {
    return error_text<FormatError>([&] { require_finite_numbers(array, "a.npy"); });
  };
  EXPECT_EQ(refusal(torch::ones({3})), "");
  EXPECT_EQ(refusal(torch::tensor({1.0F, NAN, -INFINITY})),
            "a.npy: must hold finite numbers, but 2 of its 3 are nan or infinite");
  EXPECT_EQ(refusal(torch::complex(torch::zeros({2}), torch::tensor({0.0F, NAN}))),
            "a.npy: must hold finite numbers, but 1 of its 2 are nan or infinite");
  EXPECT_EQ(refusal(torch::ones({3}, torch::kInt64)), "");
}

TEST(FiniteNumbers, NamesTheFirstTensorByItsWholeName) {
  const StateDict state{{"a", torch::ones({1})}, {"b", torch::full({1}, NAN)}};
  EXPECT_EQ(error_text<FormatError>([&] { require_finite_numbers(state, "g.pt", "G."); }),
            "g.pt: tensor 'G.b' must hold finite numbers, but 1 of its 1 are nan or infinite");
}

}  // namespace
}  // namespace sgilo
