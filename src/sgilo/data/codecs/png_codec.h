// PNG in and out, by libpng.
#pragma once

#include "sgilo/data/codecs/decoded_picture.h"

namespace sgilo {

// Bits 1 to 16, all colour types; tRNS becomes opacity. Colours: iCCP, else sRGB, else gAMA and
// cHRM.
DecodedPicture decode_png(ImageSource& source);

// The bytes of a file of 8 bits; `samples` is uint8 [1 or 3, height, width] on the CPU.
std::string encode_png_bytes(const Tensor& samples);

}  // namespace sgilo
