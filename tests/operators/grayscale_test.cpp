#include "sgilo/operators/grayscale.h"

#include "golden/grayscale.h"
#include "support/error_text.h"
#include "support/expect_adjoint.h"

namespace sgilo {
namespace {

TEST(Grayscale, IsProven) { expect_proven(Grayscale({}, {3, 8, 6})); }

TEST(Grayscale, AgreesWithTheReference) {
  const Tensor x = torch::tensor(golden::grayscale_x).view({1, 3, 6, 5});
  const Tensor y = torch::tensor(golden::grayscale_y).view({1, 1, 6, 5});
  EXPECT_TRUE(torch::allclose(Grayscale({}, {3, 6, 5}).apply(x), y, 1e-4, 1.2e-5));
}

TEST(Grayscale, ShowsGreyInAllChannels) {
  const Tensor y = RandomStreams(1).uniform({2, 1, 4, 4});
  EXPECT_TRUE(torch::equal(Grayscale({}, {3, 4, 4}).picture(y), torch::cat({y, y, y}, 1)));
}

TEST(Grayscale, RefusesOtherNumbersOfChannels) {
  EXPECT_EQ(error_text<ConfigError>([] {
              Grayscale({}, {1, 8, 8});
            }),
            "operator grayscale must be given images of 3 channels, but is given [1, 8, 8]");
}

}  // namespace
}  // namespace sgilo
