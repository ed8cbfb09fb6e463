// JPEG in, by libjpeg-turbo.
#pragma once

#include "sgilo/data/codecs/decoded_picture.h"

namespace sgilo {

// Baseline, extended and progressive, 8 bits; grey, RGB, YCbCr, and CMYK of Adobe's kind.
DecodedPicture decode_jpeg(ImageSource& source);

}  // namespace sgilo
