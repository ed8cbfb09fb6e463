#pragma once

#include <filesystem>

namespace sgilo {

// The folder and those above it, where they are missing. Throws Error "<path>: the folder cannot be
// made: ...", also where a file has the name.
void make_folder(const std::filesystem::path& path);

}  // namespace sgilo
