#include "sgilo/workflows/demo.h"

#include <gtest/gtest.h>

#include <array>

#include "sgilo/data/image_io.h"
#include "support/all_pixels.h"
#include "support/temporary_folder.h"
#include "support/tiny_model.h"

namespace sgilo {
namespace {

DemoOptions small_demo(const TemporaryFolder& folder) {
  DemoOptions options;
  options.model = write_tiny_model(folder / "model", 4).string();
  options.portraits = 1;
  options.chains = 2;
  options.evaluations = 6;
  return options;
}

TEST(Demo, ShowsEveryMethodOnEveryTaskInOnePicture) {
  const TemporaryFolder folder;
  DemoOptions options = small_demo(folder);
  options.output = (folder / "demo").string();
  StoppingObserver observer;
  const DemoResult result = demo(options, observer);
  EXPECT_EQ(result.table.rows().size(), 3u * 3u * 3u);
  for (std::size_t row = 0; row < 27; ++row)  // the same estimates of every method
    EXPECT_EQ(result.table.rows()[row][2], (std::array{"mean", "best", "draw"}[row % 3]));
  const Tensor picture = all_pixels(read_image(result.picture));
  // truth, measured, CSGM, ILO, two chains, mean, deviation at twice 32 pixels; three tasks
  EXPECT_GT(picture.size(2), 8 * 64);
  EXPECT_GT(picture.size(1), 3 * 64);
  EXPECT_TRUE(std::filesystem::exists(folder / "demo/index.html"));
  EXPECT_TRUE(std::filesystem::exists(folder / "demo/table.csv"));
  EXPECT_TRUE(observer.warnings.empty());
}

TEST(Demo, GoesOnWhereItWasInterrupted) {
  const TemporaryFolder folder;
  DemoOptions options = small_demo(folder);
  options.output = (folder / "whole").string();
  Observer silent;
  const Table whole = demo(options, silent).table;
  options.output = (folder / "demo").string();
  StoppingObserver stopping(20);  // in the second run
  EXPECT_TRUE(demo(options, stopping).picture.empty());
  const auto first = std::filesystem::last_write_time(folder / "demo/runs/inpaint-5-csgm/mean.png");
  const DemoResult result = demo(options, silent);
  ASSERT_FALSE(result.picture.empty());
  EXPECT_EQ(std::filesystem::last_write_time(folder / "demo/runs/inpaint-5-csgm/mean.png"), first);
  ASSERT_EQ(result.table.rows().size(), whole.rows().size());
  for (std::size_t row = 0; row < whole.rows().size(); ++row)
    EXPECT_EQ(result.table.rows()[row][5], whole.rows()[row][5]);  // mean squared error

  options.evaluations = 9;  // another demo: the runs give way
  ASSERT_FALSE(demo(options, silent).picture.empty());
  EXPECT_EQ(
      read_json_file(folder / "demo/runs/inpaint-5-csgm/config.json")["solver"]["evaluations"], 9);
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
