#include "sgilo/report/canvas.h"

#include <algorithm>
#include <cmath>

#include "sgilo/report/bitmap_font.h"

namespace sgilo {

Canvas::Canvas(int height, int width, Colour background)
    : height_(height), width_(width), pixels_(torch::empty({3, height, width})) {
  fill(0, 0, height, width, background);
}

Tensor Canvas::picture() const { return pixels_ * 2 - 1; }

void Canvas::blend(int row, int column, Colour colour, float opacity) {
  if (row < 0 || row >= height_ || column < 0 || column >= width_ || opacity <= 0) return;
  const std::int64_t plane = std::int64_t{height_} * width_;
  float* pixel = pixels_.data_ptr<float>() + std::int64_t{row} * width_ + column;
  for (const float value : {colour.red, colour.green, colour.blue}) {
    *pixel = opacity >= 1 ? value : *pixel + opacity * (value - *pixel);
    pixel += plane;
  }
}

void Canvas::fill(int top, int left, int height, int width, Colour colour) {
  for (int row = std::max(0, top); row < std::min(height_, top + height); ++row)
    for (int column = std::max(0, left); column < std::min(width_, left + width); ++column)
      blend(row, column, colour, 1);
}

// The share of a pixel that the line covers, from the distance of its centre to the segment.
void Canvas::line(double x1, double y1, double x2, double y2, Colour colour, double thickness) {
  const double reach = thickness / 2 + 1;
  const auto limit = [](double value, int size) {
    return static_cast<int>(std::clamp(value, 0.0, static_cast<double>(size)));
  };
  const double length_squared = (x2 - x1) * (x2 - x1) + (y2 - y1) * (y2 - y1);
  for (int row = limit(std::min(y1, y2) - reach, height_);
       row < limit(std::max(y1, y2) + reach + 1, height_); ++row)
    for (int column = limit(std::min(x1, x2) - reach, width_);
         column < limit(std::max(x1, x2) + reach + 1, width_); ++column) {
      const double x = column + 0.5 - x1;
      const double y = row + 0.5 - y1;
      const double along =
          length_squared > 0
              ? std::clamp((x * (x2 - x1) + y * (y2 - y1)) / length_squared, 0.0, 1.0)
              : 0.0;
      const double distance = std::hypot(x - along * (x2 - x1), y - along * (y2 - y1));
      blend(row, column, colour, static_cast<float>(thickness / 2 + 0.5 - distance));
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

void Canvas::vertical_text(int left, int y, std::string_view text, Colour colour, int scale) {
  const std::string letters = ascii_text(text);
  int bottom = y + text_width(text, scale) / 2;
  for (const char letter : letters) {
    const Glyph& glyph = glyph_of(letter);
    for (int row = 0; row < kGlyphHeight; ++row)
      for (int column = 0; column < kGlyphWidth; ++column)
        if (glyph[row] >> (kGlyphWidth - 1 - column) & 1)
          fill(bottom - scale * (column + 1), left + scale * row, scale, scale, colour);
    bottom -= kGlyphWidth * scale;
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
