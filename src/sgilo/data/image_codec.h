// Decoding and encoding of images. In a build without image libraries (SGILO_IMAGES=OFF) both
// functions throw ConfigError "this build has no image formats; ...".
#pragma once

#include <string>
#include <vector>

#include "sgilo/core/torch.h"
#include "sgilo/data/image_source.h"
#include "sgilo/data/picture_parts.h"

namespace sgilo {

// A picture as its file stores it, before opacity and orientation are applied. Its parts are
// converted when they are asked for.
struct DecodedImage {
  std::int64_t height = 0;
  std::int64_t width = 0;
  PictureParts colours;               // of sRGB, float32 [1 or 3, rows, columns] in [0, 1]
  PictureParts opacity;               // [1, rows, columns]; empty where all of it is opaque
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
