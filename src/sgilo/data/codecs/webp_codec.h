// WebP in, by libwebp.
#pragma once

#include "sgilo/data/codecs/decoded_picture.h"

namespace sgilo {

// Lossy and lossless stills; animations are refused.
DecodedPicture decode_webp(ImageSource& source);

}  // namespace sgilo
