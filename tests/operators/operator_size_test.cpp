#include "sgilo/operators/operator_size.h"

#include <gtest/gtest.h>

#include "support/error_text.h"

namespace sgilo {
namespace {

constexpr std::int64_t kMost = 1 << 24;

std::string refusal(const char* text, const Shape& image, std::int64_t most = kMost) {
  return error_text<FormatError>(
      [&] { require_modest_size(read_operator(parse_operator(text)), image, most); });
}

TEST(OperatorSize, OfWhatModelsMakeIsModest) {
  for (const char* text : {"identity", "inpaint:keep=0.05", "downsample:factor=2",
                           "downsample:factor=16|resize:side=1024", "grayscale",
                           "inpaint:keep=0.1|grayscale", "downsample|grayscale|circulant"})
    EXPECT_EQ(refusal(text, {3, 1024, 1024}), "") << text;
}

TEST(OperatorSize, OfAFewBytesThatAskForGigabytesIsRefused) {
  EXPECT_EQ(refusal("identity", {3, 1 << 20, 1 << 20}),
            "operator of images [3, 1048576, 1048576] would take 3.29853e+12 numbers in the image, "
            "but at most 16777216 fit to what is measured");
  EXPECT_EQ(refusal("resize:side=16384", {3, 1, 1}),
            "operator of images [3, 1, 1] would take 8.05306e+08 numbers in resize, but at most "
            "16777216 fit to what is measured");
  EXPECT_NE(refusal("downsample:factor=2,kernel=area", {1, 1 << 20, 2}), "");  // a side's matrix
  EXPECT_NE(refusal("identity", {1'000'000'000'000, 1'000'000'000'000, 1'000'000'000'000}), "");
  EXPECT_NE(refusal("resize:side=16384", {3, 1, 1'000'000}), "");
}

TEST(OperatorSize, OfAChainIsThatOfItsPartsTogether) {
  std::string chain = "downsample:factor=1,kernel=area";
  EXPECT_EQ(refusal(chain.c_str(), {1, 1024, 1024}), "");
  for (int i = 0; i < 10; ++i) chain += "|downsample:factor=1,kernel=area";
  EXPECT_NE(refusal(chain.c_str(), {1, 1024, 1024}), "");
}

}  // namespace
}  // namespace sgilo
