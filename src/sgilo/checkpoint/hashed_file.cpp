#include "sgilo/checkpoint/hashed_file.h"

#include "sgilo/files/input_file.h"
#include "sgilo/files/sha256.h"

namespace sgilo {

HashedFile read_hashed(const std::filesystem::path& path) {
  std::string content = read_file(path);
  const std::string sha256 = sha256_of(content);
  return {path, memory_bytes(std::move(content), path.string()), sha256};
}

}  // namespace sgilo
