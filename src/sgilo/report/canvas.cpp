#include "sgilo/report/canvas.h"

#include <algorithm>

#include "sgilo/report/bitmap_font.h"

namespace sgilo {

Canvas::Canvas(int height, int width, Colour background)
    : height_(height), width_(width), pixels_(torch::empty({3, height, width})) {
  fill(0, 0, height, width, background);
}

Tensor Canvas::picture() const { return pixels_ * 2 - 1; }

void Canvas::fill(int top, int left, int height, int width, Colour colour) {
  const std::int64_t plane = std::int64_t{height_} * width_;
  float* pixels = pixels_.data_ptr<float>();
  for (int row = std::max(0, top); row < std::min(height_, top + height); ++row)
    for (int column = std::max(0, left); column < std::min(width_, left + width); ++column) {
      float* pixel = pixels + std::int64_t{row} * width_ + column;
      for (const float value : {colour.red, colour.green, colour.blue}) {
        *pixel = value;
        pixel += plane;
      }
    }
}

void Canvas::text(int x, int top, std::string_view text, Colour colour, Align align, int scale) {
  const std::string letters = ascii_text(text);
  const int width = text_width(text, scale);
  int left = align == Align::left ? x : align == Align::center ? x - width / 2 : x - width;
  for (const char letter : letters) {
    const Glyph& glyph = glyph_of(letter);
    for (int row = 0; row < kGlyphHeight; ++row)
      for (int column = 0; column < kGlyphWidth; ++column)
        if (glyph[row] >> (kGlyphWidth - 1 - column) & 1)
          fill(top + scale * row, left + scale * column, scale, scale, colour);
    left += kGlyphWidth * scale;
  }
}

void Canvas::image(int top, int left, const Tensor& image, int magnification) {
  const Tensor planes = ((image.detach().cpu().to(torch::kFloat32).clamp(-1, 1) + 1) / 2)
                            .expand({3, image.size(1), image.size(2)});
  const auto value = planes.accessor<float, 3>();
  for (int row = 0; row < image.size(1); ++row)
    for (int column = 0; column < image.size(2); ++column)
      fill(top + magnification * row, left + magnification * column, magnification, magnification,
           {value[0][row][column], value[1][row][column], value[2][row][column]});
}

int text_width(std::string_view text, int scale) {
  return static_cast<int>(ascii_text(text).size()) * kGlyphWidth * scale;
}

int text_height(int scale) { return kGlyphHeight * scale; }

}  // namespace sgilo
