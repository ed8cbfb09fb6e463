// The name of a folder or file as people see it.
#pragma once

#include <filesystem>
#include <string>

namespace sgilo {

// "run" of "run", "run/" and "a/../run/."; the folder's own name of "." and "..".
inline std::string last_name(const std::filesystem::path& path) {
  std::error_code none;
  const std::filesystem::path whole = std::filesystem::absolute(path, none).lexically_normal();
  return (whole.has_filename() ? whole : whole.parent_path()).filename().string();
}

}  // namespace sgilo
