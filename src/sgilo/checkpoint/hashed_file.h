// A file's bytes, read once, and their SHA-256: what is hashed is what is used.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "sgilo/checkpoint/byte_source.h"

namespace sgilo {

class Folder;

struct HashedFile {
  std::filesystem::path path;
  Bytes bytes;
  std::string sha256;
};

// Both throw FormatError. What a folder holds is no link and no pipe.
HashedFile read_hashed(const std::filesystem::path& path);
HashedFile read_hashed(const Folder& folder, std::string_view name);

}  // namespace sgilo
