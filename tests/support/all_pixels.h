// A picture of a file as a whole.
#pragma once

#include "sgilo/data/image_io.h"

namespace sgilo {

// [3, height, width] in [-1, 1]
inline Tensor all_pixels(const Image& image) {
  return image.pixels({0, 0, image.height, image.width});
}

// [height, width] in [0, 1], of a picture that has transparent parts
inline Tensor all_opacity(const Image& image) {
  return image.opacity({0, 0, image.height, image.width})[0];
}

}  // namespace sgilo
