// Whether an output can be written, asked before the work that makes it.
#pragma once

#include <filesystem>

namespace sgilo {

// Throws ConfigError "<path>: cannot be written: ..." unless AtomicFile could open the path: its
// folder is there and may be written, and what has the name, if anything, is a file, a pipe or a
// character device ("-" is stdout).
void require_writable_file(const std::filesystem::path& path);

// Throws ConfigError "<path>: the folder cannot be made: ..." or "<path>: cannot be written: ..."
// unless files could be put there: it is a folder that may be written, or can be made below the
// nearest one that is there.
void require_writable_folder(const std::filesystem::path& path);

}  // namespace sgilo
