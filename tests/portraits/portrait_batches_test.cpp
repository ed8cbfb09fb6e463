#include "sgilo/portraits/portrait_batches.h"

#include <gtest/gtest.h>

#include <set>

#include "sgilo/core/error.h"

namespace sgilo {
namespace {

const PortraitPoolOptions kSmall{.seed = 0, .count = 12, .batch = 4, .size = 32};

TEST(PortraitBatches, ABatchDependsOnItsIndexAlone) {
  PortraitBatches a(kSmall), b(kSmall);
  for (std::int64_t i = 0; i < 5; ++i) a.batch(i);
  const PortraitBatch late = a.batch(4), direct = b.batch(4);
  EXPECT_TRUE(torch::equal(late.images, direct.images));
  EXPECT_EQ(late.indices, direct.indices);
  EXPECT_EQ(late.images.sizes(), (torch::IntArrayRef{4, 3, 32, 32}));
  EXPECT_LE(late.images.abs().max().item<double>(), 1.0);
}

TEST(PortraitBatches, AnEpochShowsEachPortraitOnceInANewOrder) {
  PortraitBatches batches(kSmall);
  std::vector<std::uint64_t> first, second;
  for (std::int64_t i = 0; i < 6; ++i) {
    const auto indices = batches.batch(i).indices;
    (i < 3 ? first : second).insert((i < 3 ? first : second).end(), indices.begin(), indices.end());
  }
  EXPECT_EQ(std::set<std::uint64_t>(first.begin(), first.end()).size(), 12u);
  EXPECT_EQ(std::set<std::uint64_t>(second.begin(), second.end()).size(), 12u);
  EXPECT_NE(first, second);
}

TEST(PortraitBatches, FlippedImagesAreMirrored) {
  PortraitBatches flipping(kSmall);
  const PortraitBatch batch = flipping.batch(1);
  for (std::size_t i = 0; i < batch.indices.size(); ++i) {
    const Tensor plain = portrait_images(0, PortraitSplit::train, batch.indices[i], 1, 32)[0];
    const Tensor shown = batch.images[static_cast<std::int64_t>(i)];
    EXPECT_TRUE(torch::equal(shown, batch.flipped[i] ? plain.flip(2) : plain));
  }
}

TEST(PortraitBatches, NeedsAWholeBatch) {
  EXPECT_THROW(PortraitBatches({.count = 3, .batch = 4, .size = 32}), ConfigError);
}

}  // namespace
}  // namespace sgilo
