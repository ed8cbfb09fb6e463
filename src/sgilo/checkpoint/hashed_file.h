// A file's bytes, read once, and their SHA-256: what is hashed is what is used.
#pragma once

#include <filesystem>
#include <string>

#include "sgilo/checkpoint/byte_source.h"

namespace sgilo {

struct HashedFile {
  std::filesystem::path path;
  Bytes bytes;
  std::string sha256;
};

HashedFile read_hashed(const std::filesystem::path& path);  // throws FormatError

}  // namespace sgilo
