#include "sgilo/training/ema.h"

#include <gtest/gtest.h>

#include <cmath>

namespace sgilo {
namespace {

struct OneOfEach : torch::nn::Module {
  OneOfEach(double parameter, double buffer) {
    weight = register_parameter("weight", torch::full({2}, parameter));
    mean = register_buffer("mean", torch::full({2}, buffer));
  }
  Tensor weight, mean;
};

TEST(MoveAverage, MovesParametersAndCopiesBuffers) {
  OneOfEach average(1, 0), current(3, 7);
  move_average(average, current, 0.75);
  EXPECT_TRUE(torch::allclose(average.weight, torch::full({2}, 1.5)));
  EXPECT_TRUE(torch::equal(average.mean, torch::full({2}, 7.0)));
}

TEST(AverageDecay, HalvesAfterItsHalfLifeAndForgetsTheStart) {
  EXPECT_NEAR(std::pow(average_decay(500, 1000000), 500), 0.5, 1e-9);
  EXPECT_DOUBLE_EQ(average_decay(500, 0), 0.1);
  EXPECT_LT(average_decay(500, 10), 0.6);
}

}  // namespace
}  // namespace sgilo
