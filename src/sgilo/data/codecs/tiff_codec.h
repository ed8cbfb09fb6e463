// TIFF and BigTIFF in, by libtiff.
#pragma once

#include "sgilo/data/codecs/decoded_picture.h"

namespace sgilo {

// The first page: grey, palette, RGB and CMYK of whole numbers without sign, in strips or tiles,
// planes together or apart, uncompressed or by PackBits, LZW, deflate or JPEG.
DecodedPicture decode_tiff(ImageSource& source);

}  // namespace sgilo
