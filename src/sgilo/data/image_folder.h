// The image files that a user means by files and folders.
#pragma once

#include <filesystem>
#include <vector>

namespace sgilo {

// Files stay as given, in their order; a folder stands for its own files named .png, .jpg, .jpeg,
// .webp, .tif or .tiff (any case, none hidden), sorted by name. Throws FormatError for a path that
// does not exist and for a folder without images.
std::vector<std::filesystem::path> image_files(const std::vector<std::filesystem::path>& inputs);

}  // namespace sgilo
