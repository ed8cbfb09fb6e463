#include "sgilo/workflows/demo.h"

#include <gtest/gtest.h>

#include "sgilo/data/image_io.h"
#include "support/temporary_folder.h"
#include "support/tiny_model.h"

namespace sgilo {
namespace {

TEST(Demo, ShowsEveryMethodOnEveryTaskInOnePicture) {
  const TemporaryFolder folder;
  DemoOptions options;
  options.model = write_tiny_model(folder / "model", 4).string();
  options.portraits = 1;
  options.chains = 2;
  options.evaluations = 6;
  options.output = (folder / "demo").string();
  StoppingObserver observer;
  const DemoResult result = demo(options, observer);
  EXPECT_EQ(result.table.rows().size(), 3u * 3u * 2u);
  const Tensor picture = read_image(result.picture).pixels;
  // truth, measured, CSGM, ILO, two chains, mean, deviation at twice 32 pixels; three tasks
  EXPECT_GT(picture.size(2), 8 * 64);
  EXPECT_GT(picture.size(1), 3 * 64);
  EXPECT_TRUE(std::filesystem::exists(folder / "demo/index.html"));
  EXPECT_TRUE(std::filesystem::exists(folder / "demo/table.csv"));
  EXPECT_TRUE(observer.warnings.empty());
}

TEST(Demo, EndsWhenAsked) {
  const TemporaryFolder folder;
  DemoOptions options;
  options.model = write_tiny_model(folder / "model", 4).string();
  options.evaluations = 6;
  options.output = (folder / "demo").string();
  StoppingObserver observer(3);
  EXPECT_TRUE(demo(options, observer).picture.empty());
}

}  // namespace
}  // namespace sgilo
