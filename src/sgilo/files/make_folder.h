// Folders made with those above them, and removed whole.
#pragma once

#include <filesystem>

namespace sgilo {

// The folder and those above it, where they are missing. Throws Error "<path>: the folder cannot be
// made: ...", also where a file has the name.
void make_folder(const std::filesystem::path& path);

// Removes a folder and what it holds under a temporary name beside it: a kill leaves no half of it
// under its own name, and what it leaves the next writer removes (leftovers.h). A link goes, not
// what it points to. Nothing when there is none. Throws Error "<path>: cannot be removed: ...".
void remove_folder(const std::filesystem::path& path);

}  // namespace sgilo
