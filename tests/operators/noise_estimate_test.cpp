#include "sgilo/operators/noise_estimate.h"

#include <gtest/gtest.h>

#include "sgilo/core/random_streams.h"
#include "support/error_text.h"
#include "support/tiny_model.h"

namespace sgilo {
namespace {

// About 3 * 63^2 overlapping details, as informative as a quarter of that many independent ones;
// the median's relative standard error is then 1.17 / sqrt(3000) = 0.021.
constexpr double kFourStandardErrors = 0.085;

TEST(NoiseEstimate, FindsTheNoiseOnASmoothPicture) {
  const Tensor noisy = smooth_pictures(1, 64)[0] + 0.05 * RandomStreams(1).normal({3, 64, 64});
  EXPECT_NEAR(estimate_noise_std(noisy), 0.05, kFourStandardErrors * 0.05);
}

TEST(NoiseEstimate, LooksAtSeenPixelsOnly) {
  Tensor noisy = smooth_pictures(1, 64)[0] + 0.05 * RandomStreams(1).normal({3, 64, 64});
  Tensor mask = torch::ones({64, 64});
  mask.slice(0, 16, 40).zero_();
  noisy = torch::where(mask.gt(0), noisy, 5 * RandomStreams(2).normal({3, 64, 64}));
  EXPECT_NEAR(estimate_noise_std(noisy, mask), 0.05, 1.3 * kFourStandardErrors * 0.05);
}

TEST(NoiseEstimate, IsNeverBelowTheRoundingOfFiles) {
  EXPECT_DOUBLE_EQ(estimate_noise_std(torch::zeros({3, 16, 16})), 2.0 / 255 / std::sqrt(12.0));
}

TEST(NoiseEstimate, WantsNeighboursThatAreSeen) {
  Tensor mask = torch::zeros({8, 8});
  mask[3].fill_(1);
  EXPECT_EQ(error_text<ConfigError>([&] {
              estimate_noise_std(torch::zeros({3, 8, 8}), mask);
            }),
            "sigma can be estimated from at least 16 squares of four neighbouring pixels, but the "
            "data have 0; state it: --noise gaussian:sigma=0.02");
}

}  // namespace
}  // namespace sgilo
