// What the operating system says about a file, in words that fit behind "<path>: ".
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "sgilo/core/error.h"

namespace sgilo {

// "the disk is full" for ENOSPC, "there is no such file or folder" for ENOENT, otherwise the
// system's own words.
std::string file_problem(int error_number);

inline constexpr const char* kZeroByte = "the path holds a zero byte";

// The system would take such a path, which JSON can hold, as one that ends there.
bool has_zero_byte(const std::filesystem::path& path);

// A FormatError that names the file ("stdin" for "-"):
// throw format_error(path, "tensor 'x' has no type").
FormatError format_error(const std::filesystem::path& path, std::string_view text);

}  // namespace sgilo
