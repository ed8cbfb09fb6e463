// How a camera was held, from the EXIF data of a picture.
#pragma once

#include <string_view>

namespace sgilo {

// 1 to 8; 1, as stored, also for damaged data, which say nothing about the picture itself.
int exif_orientation(std::string_view exif);

}  // namespace sgilo
