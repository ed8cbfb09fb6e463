#include "sgilo/training/portrait_classifier.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "sgilo/core/error.h"
#include "sgilo/portraits/portraits.h"
#include "support/error_text.h"

namespace sgilo {
namespace {

PortraitPoolOptions small_pool() {
  PortraitPoolOptions pool;
  pool.count = pool.batch = 6;
  pool.size = 32;
  pool.flip = false;
  return pool;
}

TEST(LabelledPortraits, HoldEachPortraitWithItsOwnLabels) {
  const ClassifierBatch batch = labelled_portraits(small_pool())(0);
  const Tensor images = portrait_images(0, PortraitSplit::train, 0, 6, 32);
  for (std::int64_t i = 0; i < 6; ++i) {
    const auto found = attributes(
        draw_portrait_parameters(0, PortraitSplit::train, static_cast<std::uint64_t>(i)));
    const Tensor distance = (batch.images - images[i]).abs().amax({1, 2, 3});
    const Tensor row = distance.argmin();
    EXPECT_EQ(distance[row.item<std::int64_t>()].item<float>(), 0);
    EXPECT_TRUE(
        torch::equal(batch.classes[row.item<std::int64_t>()], torch::tensor(class_labels(found))));
    EXPECT_TRUE(torch::equal(batch.regressions[row.item<std::int64_t>()],
                             torch::tensor(regression_labels(found))));
  }
}

TEST(LabelledPortraits, FitTheHeadsOfTheNetwork) {
  const FeatureClassifierOptions network = with_portrait_heads({});
  const ClassifierBatch batch = labelled_portraits(small_pool())(0);
  EXPECT_EQ(batch.classes.size(1), static_cast<std::int64_t>(network.class_heads.size()));
  EXPECT_EQ(batch.regressions.size(1), static_cast<std::int64_t>(network.regressions.size()));
  for (const std::string& name : mirrored_portrait_regressions())
    EXPECT_EQ(std::count(network.regressions.begin(), network.regressions.end(), name), 1) << name;
}

TEST(LabelledPortraits, RefuseAMirroredPool) {
  PortraitPoolOptions pool = small_pool();
  pool.flip = true;
  EXPECT_EQ(error_text<ConfigError>([&] { labelled_portraits(pool); }),
            "classifier batches need a pool of unmirrored portraits, but flip is on");
}

}  // namespace
}  // namespace sgilo
