#include "sgilo/operators/make_noise.h"

#include <gtest/gtest.h>

#include "support/error_text.h"

namespace sgilo {
namespace {

TEST(MakeNoise, ReadsItsTextAndDescribesItself) {
  const auto noise = make_noise(read_noise(parse_noise("gaussian:sigma=0.02")));
  EXPECT_EQ(noise->options().dump(), R"({"kind":"gaussian","sigma":0.02})");
  EXPECT_EQ(noise->describe(), "gaussian (sigma = 0.02)");
}

TEST(MakeNoise, RefusesASigmaThatIsNoWidth) {
  const auto error = [](std::string_view text) {
    return error_text<ConfigError>([&] { read_noise(parse_noise(text)); });
  };
  EXPECT_EQ(error("gaussian:sigma=0"), "noise.sigma must be in [1e-06, 1000], but is 0.0");
  EXPECT_EQ(error("gaussian:sigma=-0.1"), "noise.sigma must be in [1e-06, 1000], but is -0.1");
  EXPECT_EQ(error("gaussian:sigma=9e-7"), "noise.sigma must be in [1e-06, 1000], but is 9e-07");
  EXPECT_EQ(error("gaussian:sigma=1001"), "noise.sigma must be in [1e-06, 1000], but is 1001.0");
  EXPECT_EQ(error("gaussian:sigma=1e300"), "noise.sigma must be in [1e-06, 1000], but is 1e+300");
  EXPECT_EQ(error("gaussian:sigma=1e-6"), "");
  EXPECT_EQ(error("gaussian:sigma=1000"), "");
  EXPECT_EQ(error("gaussian:sigma=nan"), "noise.sigma must be a number, but is \"nan\"");
  EXPECT_EQ(error("gausian:sigma=1"),
            "unknown noise 'gausian', did you mean 'gaussian'? known noises: gaussian");
}

}  // namespace
}  // namespace sgilo
