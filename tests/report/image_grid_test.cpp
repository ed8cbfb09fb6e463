#include "sgilo/report/image_grid.h"

#include <gtest/gtest.h>

#include "sgilo/core/error.h"
#include "sgilo/report/canvas.h"
#include "support/error_text.h"

namespace sgilo {
namespace {

TEST(ImageGrid, ShowsEachPixelAsASquareOfItsColour) {
  ImageGrid grid;
  const Tensor image = torch::linspace(-1, 1, 12).reshape({3, 2, 2});
  grid.rows = {{image, torch::full({1, 2, 2}, -1.0)}};
  grid.magnification = 4;
  const Tensor picture = draw_image_grid(grid);
  ASSERT_EQ(picture.sizes(), (torch::IntArrayRef{3, 16 + 8 + 16, 16 + 8 + 6 + 8 + 16}));
  const Tensor shown = picture.slice(1, 16, 24).slice(2, 16, 24);
  const Tensor expected = image.repeat_interleave(4, 1).repeat_interleave(4, 2);
  EXPECT_LE((shown - expected).abs().max().item<double>(), 1e-6);
  EXPECT_EQ(picture.slice(1, 16, 24).slice(2, 30, 38).max().item<double>(), -1);
  // The margins and the gap are white.
  EXPECT_EQ(picture.slice(1, 0, 16).min().item<double>(), 1);
  EXPECT_EQ(picture.slice(2, 24, 30).min().item<double>(), 1);
}

TEST(ImageGrid, EnlargesSmallPicturesByWholeFactorsInTheMiddle) {
  ImageGrid grid;
  grid.rows = {{torch::full({1, 7, 7}, -1.0), torch::full({1, 3, 3}, -1.0)}};
  const Tensor picture = draw_image_grid(grid);
  const Tensor small = picture[0].slice(0, 16, 23).slice(1, 16 + 7 + 6, 16 + 7 + 6 + 7);
  EXPECT_EQ((small == -1).sum().item<int>(), 36);  // 3 x 3 twice as large
}

TEST(ImageGrid, MakesRoomForLabelsTitleAndCaptions) {
  ImageGrid grid;
  grid.rows = {{torch::ones({3, 64, 64}), Tensor()}, {Tensor(), torch::ones({3, 64, 64})}};
  const Tensor plain = draw_image_grid(grid);
  grid.row_labels = {"one", "two"};
  const Tensor with_rows = draw_image_grid(grid);
  EXPECT_EQ(with_rows.size(2), plain.size(2) + text_width("one") + 12);
  EXPECT_EQ(with_rows.size(1), plain.size(1));
  grid.column_labels = {"short", "two words"};  // 90 pixels: wrapped to the picture's 64
  const Tensor with_columns = draw_image_grid(grid);
  EXPECT_EQ(with_columns.size(1), plain.size(1) + 2 * text_height() + 6);
  EXPECT_EQ(with_columns.size(2), with_rows.size(2));
  grid.captions = {{"21.3"}, {}};
  grid.title = "title";
  const Tensor all = draw_image_grid(grid);
  EXPECT_EQ(all.size(1), with_columns.size(1) + 3 + text_height() + text_height() + 12);
  EXPECT_GT((all < 0).sum().item<int>(), (with_columns < 0).sum().item<int>());
}

TEST(ImageGrid, RefusesWhatDoesNotFitTogether) {
  ImageGrid grid;
  EXPECT_EQ(error_text<ConfigError>([&] { draw_image_grid(grid); }),
            "an image grid must have a picture, but has none");
  grid.rows = {{torch::ones({2, 4, 4})}};
  EXPECT_EQ(error_text<ConfigError>([&] { draw_image_grid(grid); }),
            "a picture of an image grid must have shape [1 or 3, height, width], but has "
            "[2, 4, 4]");
  grid.rows = {{torch::ones({3, 4, 4})}};
  grid.column_labels = {"a", "b"};
  EXPECT_EQ(error_text<ConfigError>([&] { draw_image_grid(grid); }),
            "an image grid of 1 columns has 2 column labels");
  grid.column_labels.clear();
  grid.row_labels = {"a", "b"};
  EXPECT_EQ(error_text<ConfigError>([&] { draw_image_grid(grid); }),
            "an image grid of 1 rows has 2 row labels");
}

}  // namespace
}  // namespace sgilo
