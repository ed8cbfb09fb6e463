#include "sgilo/workflows/invert.h"

#include <gtest/gtest.h>

#include "support/error_text.h"
#include "support/tiny_model.h"

namespace sgilo {
namespace {

// A model and a folder of images, of which the last is cut off.
class Invert : public testing::Test {
 protected:
  Invert() {
    write_tiny_model(folder_ / "model");
    std::filesystem::create_directory(folder_ / "in");
    const std::string png = encode_png(smooth_pictures(1, 16)[0]);
    folder_.put("in/a.png", png);
    folder_.put("in/b.png", png);
    folder_.put("in/c.png", png.substr(0, png.size() / 2));
    options_.model = (folder_ / "model").string();
    options_.output = (folder_ / "latents").string();
    options_.evaluations = 2;
    options_.shares = {1, 1};
    options_.batch = 1;
  }

  TemporaryFolder folder_;
  StoppingObserver observer_;
  InvertOptions options_;
};

TEST_F(Invert, LeavesOutDamagedImagesOfAFolderWithAWarningUnlessStrict) {
  options_.images = {(folder_ / "in").string()};
  const std::string damaged = (folder_ / "in/c.png").string() + ": is truncated: ";
  EXPECT_EQ(invert(options_, observer_).images, 2);
  ASSERT_EQ(observer_.warnings.size(), 1u);
  EXPECT_TRUE(observer_.warnings[0].starts_with(damaged)) << observer_.warnings[0];
  EXPECT_TRUE(observer_.warnings[0].ends_with("; it is left out")) << observer_.warnings[0];
  options_.strict = true;
  EXPECT_TRUE(error_text<FormatError>([&] { invert(options_, observer_); }).starts_with(damaged));
  options_.strict = false;
  options_.images = {(folder_ / "in/c.png").string()};
  options_.output = (folder_ / "other").string();
  EXPECT_TRUE(error_text<FormatError>([&] { invert(options_, observer_); }).starts_with(damaged));
}

TEST_F(Invert, SaysWhatItIsAboutToDoAndHowLongItTakes) {
  EXPECT_TRUE(
      plan(options_).starts_with("4096 training portraits in 4096 chunks, 0 of them done, about "))
      << plan(options_);
  options_.images = {(folder_ / "in/a.png").string(), (folder_ / "in/b.png").string()};
  ASSERT_TRUE(invert(options_, observer_).finished);
  ASSERT_EQ(observer_.messages.size(), 1u);
  const std::string said = observer_.messages[0];
  EXPECT_TRUE(said.starts_with("2 images in 2 chunks, 0 of them done, about ")) << said;
  EXPECT_NE(said.find(" with stylegan2 ("), std::string::npos) << said;
  invert(options_, observer_);
  EXPECT_TRUE(
      observer_.messages[1].starts_with("2 images in 2 chunks, 2 of them done, nothing left with "))
      << observer_.messages[1];
}

}  // namespace
}  // namespace sgilo
