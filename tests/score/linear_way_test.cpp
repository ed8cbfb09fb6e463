#include "sgilo/score/linear_way.h"

#include <gtest/gtest.h>

#include "sgilo/core/random_streams.h"

namespace sgilo {
namespace {

TEST(LinearWay, ConvolutionsAreTheSameProducts) {
  const RandomStreams streams(1);
  for (const Shape& rows : {Shape{40}, Shape{1, 32}, Shape{3, 17}, Shape{2, 5, 7}, Shape{2, 3}})
    for (const auto& [outputs, inputs] :
         {std::pair<std::int64_t, std::int64_t>{600, 513}, {513, 777}, {8, 4}}) {
      Shape shape = rows;
      shape.push_back(inputs);
      const Tensor x = streams.child("x").normal(shape).requires_grad_(true);
      const Tensor weight = streams.child("weight").normal({outputs, inputs}),
                   bias = streams.child("bias").normal({outputs});
      const Tensor want = torch::linear(x, weight, bias),
                   got = linear_product(x, weight, bias, LinearWay::convolution);
      ASSERT_EQ(got.sizes(), want.sizes());
      EXPECT_LT((got - want).norm().item<double>(), 1e-5 * want.norm().item<double>());
      const Tensor direction = torch::ones_like(want);
      const Tensor slope = torch::autograd::grad({want}, {x}, {direction})[0],
                   other = torch::autograd::grad({got}, {x}, {direction})[0];
      EXPECT_LT((other - slope).norm().item<double>(), 1e-5 * slope.norm().item<double>());
    }
}

TEST(LinearWay, RowsNeedNotLieTogether) {
  const Tensor x = RandomStreams(1).normal({513, 64}).t(),
               weight = RandomStreams(2).normal({600, 513}), bias = torch::zeros({600});
  const Tensor want = torch::linear(x, weight, bias);
  const Tensor got = linear_product(x, weight, bias, LinearWay::convolution);
  EXPECT_LT((got - want).norm().item<double>(), 1e-5 * want.norm().item<double>());
}

}  // namespace
}  // namespace sgilo
