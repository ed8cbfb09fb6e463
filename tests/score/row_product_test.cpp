#include "sgilo/score/row_product.h"

#include <gtest/gtest.h>

#include "sgilo/core/random_streams.h"

namespace sgilo {
namespace {

TEST(RowProduct, IsThatOfTheMatrixInEitherType) {
  for (const auto& [outputs, inputs] : {std::pair{1, 1}, {3, 7}, {70, 64}, {129, 1027}}) {
    const RandomStreams streams(3);
    const Tensor weight = streams.child("w").normal({outputs, inputs}),
                 bias = streams.child("b").normal({outputs}),
                 row = streams.child("x").normal({inputs});
    for (const auto type : {torch::kFloat32, torch::kBFloat16}) {
      const Tensor own = weight.to(type);
      const Tensor want = own.to(torch::kFloat64).mv(row.to(torch::kFloat64)) + bias;
      EXPECT_TRUE(
          torch::allclose(row_product(own, bias, row).to(torch::kFloat64), want, 1e-5, 1e-5))
          << outputs << " x " << inputs;
    }
  }
}

}  // namespace
}  // namespace sgilo
