// "-" where a file is named: stdin for those who read, stdout for those who write.
#pragma once

#include <filesystem>

namespace sgilo {

inline bool is_standard_stream(const std::filesystem::path& path) { return path == "-"; }

}  // namespace sgilo
