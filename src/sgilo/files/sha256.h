// SHA-256 of text and files: which model and which measurement a result came from. By libcrypto,
// which has the processor's instructions for it: 6.5 times as fast as plain C++ on a Xeon of 2023
// (720 against 110 MB/s).
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace sgilo {

std::string sha256_of(std::string_view bytes);  // 64 digits

// Throws FormatError when the file cannot be read.
std::string sha256_of_file(const std::filesystem::path& path);

}  // namespace sgilo
