// A picture to draw on. Positions are pixels from the top left corner;
// what lies outside is cut off.
#pragma once

#include <string_view>

#include "sgilo/core/torch.h"

namespace sgilo {

struct Colour {
  float red = 0;  // 0 to 1
  float green = 0;
  float blue = 0;
};

inline constexpr Colour kWhite{1, 1, 1};
inline constexpr Colour kInk{0.13F, 0.13F, 0.16F};

enum class Align { left, center, right };

class Canvas {
 public:
  Canvas(int height, int width, Colour background = kWhite);

  int height() const { return height_; }
  int width() const { return width_; }
  Tensor picture() const;  // [3, height, width] in [-1, 1]

  void fill(int top, int left, int height, int width, Colour colour);
  // `x` is the edge or middle that `align` names, `top` the first row of the letters' cells.
  void text(int x, int top, std::string_view text, Colour colour = kInk, Align align = Align::left,
            int scale = 1);
  // `image` is [3 or 1, h, w] in [-1, 1]; each of its pixels becomes a square.
  void image(int top, int left, const Tensor& image, int magnification = 1);

 private:
  int height_;
  int width_;
  Tensor pixels_;  // [3, height, width] in [0, 1]
};

// Pixels that a text takes on a canvas.
int text_width(std::string_view text, int scale = 1);
int text_height(int scale = 1);

}  // namespace sgilo
