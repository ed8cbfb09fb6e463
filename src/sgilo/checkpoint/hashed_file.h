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

// The same of a safetensors file, whose header must account for every byte before they are read: a
// file with holes costs nothing to send, and its memory to read.
HashedFile read_hashed_safetensors(const Folder& folder, std::string_view name);

}  // namespace sgilo
