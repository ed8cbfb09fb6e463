// The image files that a user means by files and folders.
#pragma once

#include <filesystem>
#include <vector>

#include "sgilo/core/observer.h"

namespace sgilo {

// Files stay as given, in their order; a folder stands for its own files that hold a PNG, JPEG,
// WebP or TIFF image, whatever their names (none hidden), sorted by name. Says through the observer
// how many others were passed over, and warns of those that are images in other formats, or named
// like images, or unreadable, which `strict` refuses. Throws FormatError for a path that does not
// exist and for a folder without images.
std::vector<std::filesystem::path> image_files(const std::vector<std::filesystem::path>& inputs,
                                               Observer& observer, bool strict = false);

}  // namespace sgilo
