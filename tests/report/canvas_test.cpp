#include "sgilo/report/canvas.h"

#include <gtest/gtest.h>

#include "sgilo/report/bitmap_font.h"

namespace sgilo {
namespace {

// Pixels that are not white.
int drawn(const Tensor& picture) { return (picture.amin(0) < 1).sum().item<int>(); }

TEST(Canvas, FillsARectangleWithItsColour) {
  Canvas canvas(5, 6);
  canvas.fill(1, 2, 3, 2, {1, 0, 0.5F});
  const Tensor picture = canvas.picture();
  EXPECT_EQ(drawn(picture), 6);
  EXPECT_TRUE(torch::equal(picture.slice(1, 1, 4).slice(2, 2, 4).flatten(1).select(1, 5),
                           torch::tensor({1.0F, -1.0F, 0.0F})));
}

TEST(Canvas, PutsTextToTheSideThatIsNamed) {
  Canvas left(kGlyphHeight, 8 * kGlyphWidth), right(kGlyphHeight, 8 * kGlyphWidth);
  left.text(2 * kGlyphWidth, 0, "abc");
  right.text(5 * kGlyphWidth, 0, "abc", kInk, Align::right);
  EXPECT_TRUE(torch::equal(left.picture(), right.picture()));
  EXPECT_EQ(text_width("abc", 2), 6 * kGlyphWidth);
}

TEST(Canvas, MagnifiesImagesToSquares) {
  Canvas canvas(4, 6);
  canvas.image(0, 2, -torch::ones({1, 1, 2}), 2);
  EXPECT_EQ(drawn(canvas.picture()), 8);
  EXPECT_EQ(drawn(canvas.picture().slice(2, 2).slice(1, 0, 2)), 8);
}

TEST(Canvas, CutsOffWhatLiesOutside) {
  Canvas canvas(4, 4);
  canvas.text(-5, -5, "outside the canvas on every side", kInk, Align::left, 2);
  canvas.fill(-3, -3, 100, 4, kInk);
  canvas.image(3, 3, torch::zeros({3, 8, 8}), 2);
  EXPECT_EQ(canvas.picture().sizes(), (torch::IntArrayRef{3, 4, 4}));
}

}  // namespace
}  // namespace sgilo
