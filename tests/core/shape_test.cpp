#include "sgilo/core/shape.h"

#include <gtest/gtest.h>

#include <cmath>

#include "sgilo/core/error.h"
#include "support/error_text.h"

namespace sgilo {
namespace {

TEST(Shape, PrintsAsPeopleReadIt) {
  EXPECT_EQ(shape_text({1, 3, 64, 64}), "[1, 3, 64, 64]");
  EXPECT_EQ(shape_text({}), "[]");
}

TEST(Shape, AcceptsTheExpectedShapeAndAnySizeForMinusOne) {
  EXPECT_NO_THROW(require_shape("image", torch::zeros({2, 3}), {2, 3}));
  EXPECT_NO_THROW(require_shape("image", torch::zeros({2, 3}), {-1, 3}));
  EXPECT_NO_THROW(require_shape("loss", torch::zeros({}), {}));
}

TEST(Shape, NamesWhatWasExpectedAndFound) {
  EXPECT_EQ(error_text<ConfigError>([] {
              require_shape("image", torch::zeros({2, 4}), {-1, 3});
            }),
            "image must have shape [-1, 3], but has [2, 4]");
  EXPECT_EQ(error_text<ConfigError>([] {
              require_shape("image", torch::zeros({2}), {2, 1});
            }),
            "image must have shape [2, 1], but has [2]");
}

TEST(Shape, FindsValuesThatAreNotFinite) {
  Tensor values = torch::ones({5});
  EXPECT_NO_THROW(require_finite("gradient", values));
  values[3] = std::nan("");
  EXPECT_EQ(error_text<NumericError>([&] { require_finite("gradient", values); }),
            "gradient is not finite");
  values[3] = -INFINITY;
  EXPECT_THROW(require_finite("gradient", values), NumericError);
}

}  // namespace
}  // namespace sgilo
