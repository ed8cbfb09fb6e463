#include "sgilo/metrics/ssim.h"

#include <gtest/gtest.h>

#include <cmath>

#include "sgilo/core/error.h"
#include "sgilo/core/random_streams.h"

namespace sgilo {
namespace {

// Straight from the definition, every window with its own sums over deviations from its own means.
double plain_ssim(const Tensor& image, const Tensor& reference) {
  const auto a = image.accessor<float, 3>(), b = reference.accessor<float, 3>();
  double total_weight = 0, weight[11][11];
  for (int i = 0; i < 11; ++i)
    for (int j = 0; j < 11; ++j)
      total_weight += weight[i][j] = std::exp(-((i - 5) * (i - 5) + (j - 5) * (j - 5)) / 4.5);
  double sum = 0;
  int windows = 0;
  for (std::int64_t c = 0; c < a.size(0); ++c)
    for (std::int64_t y = 0; y + 11 <= a.size(1); ++y)
      for (std::int64_t x = 0; x + 11 <= a.size(2); ++x) {
        double ma = 0, mb = 0, va = 0, vb = 0, cov = 0;
        for (int i = 0; i < 11; ++i)
          for (int j = 0; j < 11; ++j) {
            ma += weight[i][j] / total_weight * a[c][y + i][x + j];
            mb += weight[i][j] / total_weight * b[c][y + i][x + j];
          }
        for (int i = 0; i < 11; ++i)
          for (int j = 0; j < 11; ++j) {
            const double w = weight[i][j] / total_weight;
            const double da = a[c][y + i][x + j] - ma, db = b[c][y + i][x + j] - mb;
            va += w * da * da, vb += w * db * db, cov += w * da * db;
          }
        sum += (2 * ma * mb + 4e-4) * (2 * cov + 3.6e-3) /
               ((ma * ma + mb * mb + 4e-4) * (va + vb + 3.6e-3));
        ++windows;
      }
  return sum / windows;
}

TEST(Ssim, AgreesWithThePlainLoopsOfTheDefinition) {
  const RandomStreams streams(1);
  const Tensor reference = (0.5 * streams.child("a").normal({2, 3, 16, 19})).clamp(-1, 1);
  const Tensor image =
      (reference + 0.2 * streams.child("b").normal(reference.sizes())).clamp(-1, 1);
  const Tensor value = ssim(image, reference);
  ASSERT_EQ(value.sizes(), torch::IntArrayRef({2}));
  for (std::int64_t i = 0; i < 2; ++i)
    EXPECT_NEAR(value[i].item<double>(), plain_ssim(image[i], reference[i]), 1e-6);
}

TEST(Ssim, IsOneForEqualImagesAndSymmetric) {
  const RandomStreams streams(2);
  const Tensor a = streams.child("a").normal({1, 3, 12, 12});
  const Tensor b = streams.child("b").normal({1, 3, 12, 12});
  EXPECT_NEAR(ssim(a, a).item<double>(), 1, 1e-7);
  EXPECT_NEAR(ssim(a, b).item<double>(), ssim(b, a).item<double>(), 1e-7);
}

TEST(Ssim, ComparesFlatImagesByTheirMeansAlone) {
  const double expected = (2 * 0.5 * -0.25 + 4e-4) / (0.25 + 0.0625 + 4e-4);
  const double found =
      ssim(torch::full({1, 3, 11, 11}, 0.5), torch::full({1, 3, 11, 11}, -0.25)).item<double>();
  EXPECT_NEAR(found, expected, 1e-6);
}

TEST(Ssim, RefusesImagesSmallerThanItsWindow) {
  try {
    ssim(torch::zeros({1, 3, 10, 64}), torch::zeros({1, 3, 10, 64}));
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_STREQ(error.what(),
                 "ssim: images must be at least 11 x 11, but have shape [1, 3, 10, 64]");
  }
}

}  // namespace
}  // namespace sgilo
