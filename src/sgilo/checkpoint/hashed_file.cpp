#include "sgilo/checkpoint/hashed_file.h"

#include "sgilo/checkpoint/safetensors.h"
#include "sgilo/files/folder.h"
#include "sgilo/files/input_file.h"
#include "sgilo/files/sha256.h"

namespace sgilo {

namespace {

HashedFile hashed(const std::filesystem::path& path, std::string content) {
  const std::string sha256 = sha256_of(content);
  return {path, memory_bytes(std::move(content), path.string()), sha256};
}

}  // namespace

HashedFile read_hashed(const std::filesystem::path& path) { return hashed(path, read_file(path)); }

HashedFile read_hashed(const Folder& folder, std::string_view name) {
  return hashed(folder / name, folder.read(name));
}

HashedFile read_hashed_safetensors(const Folder& folder, std::string_view name) {
  Checkpoint header;
  header.path = folder / name;
  read_safetensors_entries(file_bytes(folder, name), header);
  return read_hashed(folder, name);
}

}  // namespace sgilo
