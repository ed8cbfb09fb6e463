// Decoding and encoding of images. In a build without image libraries (SGILO_IMAGES=OFF) both
// functions throw ConfigError "this build has no image formats; ...".
#pragma once

#include <string>
#include <vector>

#include "sgilo/core/torch.h"
#include "sgilo/data/image_source.h"

namespace sgilo {

// A picture in the colours of sRGB, before opacity and orientation are applied.
struct DecodedImage {
  Tensor planes;                      // float32 [1 or 3, height, width] in [0, 1]
  Tensor opacity;                     // [1, height, width] in [0, 1]; undefined where there is none
  bool is_premultiplied = false;      // colours come multiplied by their opacity
  int orientation = 1;                // of EXIF, 1 to 8
  std::vector<std::string> warnings;  // "only the first of its pages was read"
};

// Throws FormatError, naming the source's path, for other formats and for pictures that are
// damaged, truncated or too large; their size is checked before memory is taken for them.
DecodedImage decode_image(ImageSource& source);

// The bytes of a PNG file; `samples` is uint8 [1 or 3, height, width] on the CPU.
std::string encode_png_samples(const Tensor& samples);

}  // namespace sgilo
