#include "sgilo/generator/discriminator.h"

#include <gtest/gtest.h>

#include "sgilo/core/error.h"
#include "sgilo/core/random_streams.h"

namespace sgilo {
namespace {

Discriminator small_discriminator() {
  torch::manual_seed(1);
  return Discriminator(DiscriminatorOptions{{8, 6, 4}, 4});
}

TEST(Discriminator, GivesOneLogitPerImage) {
  Discriminator network = small_discriminator();
  const Tensor images = RandomStreams(2).normal({8, 3, 16, 16});
  EXPECT_EQ(network->forward(images).sizes(), (torch::IntArrayRef{8}));
  EXPECT_EQ(network->forward(images.narrow(0, 0, 3)).sizes(), (torch::IntArrayRef{3}));
}

TEST(Discriminator, SeesHowAlikeTheImagesOfAGroupAre) {
  Discriminator network = small_discriminator();
  const Tensor image = RandomStreams(2).normal({1, 3, 16, 16}),
               others = RandomStreams(3).normal({3, 3, 16, 16});
  const Tensor alike = network->forward(image.repeat({4, 1, 1, 1}));
  const Tensor unlike = network->forward(torch::cat({image, others}));
  EXPECT_GT((alike[0] - unlike[0]).abs().item<double>(), 1e-6);
}

TEST(Discriminator, HasSecondGradientsForTheGradientPenalty) {
  Discriminator network = small_discriminator();
  network->kernel = Kernel::reference;
  const Tensor images = RandomStreams(2).normal({4, 3, 16, 16}).requires_grad_(true);
  const Tensor gradient =
      torch::autograd::grad({network->forward(images).sum()}, {images}, {}, true, true)[0];
  gradient.square().sum().backward();
  bool any = false;
  for (const Tensor& parameter : network->parameters())
    any = any || (parameter.grad().defined() && parameter.grad().abs().sum().item<double>() > 0);
  EXPECT_TRUE(any);
}

TEST(Discriminator, RefusesBatchesThatDoNotDivideIntoGroups) {
  Discriminator network = small_discriminator();
  try {
    network->forward(torch::zeros({6, 3, 16, 16}));
    FAIL() << "no error";
  } catch (const ConfigError& error) {
    EXPECT_STREQ(error.what(), "discriminator: the batch must be a multiple of 4, but is 6");
  }
}

}  // namespace
}  // namespace sgilo
