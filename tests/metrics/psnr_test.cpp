#include "sgilo/metrics/psnr.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "sgilo/core/error.h"

namespace sgilo {
namespace {

TEST(Psnr, IsTwentyDecibelsForAnErrorOfATenthOfTheRange) {
  const Tensor reference = torch::zeros({2, 3, 4, 4});
  Tensor image = reference.clone();
  image[0] += 0.2;
  image[1] -= 0.02;
  EXPECT_NEAR(psnr(image, reference)[0].item<double>(), 20, 1e-4);
  EXPECT_NEAR(psnr(image, reference)[1].item<double>(), 40, 1e-4);
  EXPECT_NEAR(mean_squared_error(image, reference)[0].item<double>(), 0.04, 1e-7);
}

TEST(Psnr, ClampsBothImagesToTheirRange) {
  const Tensor reference = torch::full({1, 3, 4, 4}, 1.5);
  EXPECT_TRUE(std::isinf(psnr(torch::full({1, 3, 4, 4}, 7.0), reference).item<double>()));
  EXPECT_NEAR(psnr(torch::full({1, 3, 4, 4}, -3.0), reference).item<double>(), 0, 1e-6);
}

TEST(Psnr, RefusesImagesOfAnotherShape) {
  try {
    psnr(torch::zeros({1, 3, 4, 5}), torch::zeros({1, 3, 4, 4}));
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_STREQ(error.what(), "metrics: image must have shape [1, 3, 4, 4], but has [1, 3, 4, 5]");
  }
}

}  // namespace
}  // namespace sgilo
