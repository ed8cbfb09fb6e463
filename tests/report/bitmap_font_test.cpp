#include "sgilo/report/bitmap_font.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace sgilo {
namespace {

TEST(BitmapFont, HasADifferentGlyphForEveryPrintableCharacter) {
  std::vector<Glyph> seen;
  for (char letter = ' '; letter <= '~'; ++letter) {
    EXPECT_EQ(std::count(seen.begin(), seen.end(), glyph_of(letter)), 0) << letter;
    seen.push_back(glyph_of(letter));
  }
  EXPECT_EQ(glyph_of('\n'), glyph_of('?'));
  EXPECT_EQ(ascii_text("a\xc3\xa4z"), "a?z");
}

}  // namespace
}  // namespace sgilo
