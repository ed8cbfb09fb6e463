// The image files that a user means by files and folders: what is named must be sound, and what a
// folder holds besides sound images is left out with a warning, or refused where the user is strict.
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include "sgilo/core/observer.h"
#include "sgilo/data/image_io.h"

namespace sgilo {

// The help of the option `strict` of every verb that takes folders of images.
inline constexpr std::string_view kStrictHelp =
    "refuse folders that hold images which cannot be read, instead of leaving these out with a "
    "warning";

// Files stay as given, in their order; a folder stands for its own files that begin as a PNG, JPEG,
// WebP or TIFF image, whatever their names (none hidden), sorted by name. Says through the observer
// what else was passed over, folders too, and warns of what is an image in another format, or named
// like an image, or unreadable, which `strict` refuses. Throws FormatError for a path that does not
// exist and for a folder without images.
std::vector<std::filesystem::path> image_files(const std::vector<std::filesystem::path>& inputs,
                                               Observer& observer, bool strict = false);

// The picture of one of these files. Of a damaged one, which the inputs do not name and a folder
// among them holds: a warning and nothing, or FormatError where `strict`.
std::optional<Image> read_listed(const std::filesystem::path& file,
                                 const std::vector<std::filesystem::path>& inputs,
                                 Observer& observer, bool strict,
                                 Transparency transparency = Transparency::warned_of);

// Those of image_files() that read_listed() reads, for who must know them before any work. Throws
// FormatError where a folder holds none.
std::vector<std::filesystem::path> sound_image_files(
    const std::vector<std::filesystem::path>& inputs, Observer& observer, bool strict);

// Throws FormatError where all of a list was left out.
void require_sound_images(const std::vector<std::filesystem::path>& sound,
                          const std::vector<std::filesystem::path>& inputs);

}  // namespace sgilo
