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

class OpenedFile : public ByteSource {
 public:
  explicit OpenedFile(std::shared_ptr<const InputFile> file) : file_(std::move(file)) {}
  std::uint64_t size() const override { return file_->size(); }
  void read_at(std::uint64_t offset, void* data, std::uint64_t bytes) const override {
    file_->read_at(offset, data, bytes);
  }

 private:
  std::shared_ptr<const InputFile> file_;
};

}  // namespace

HashedFile read_hashed(const std::filesystem::path& path) { return hashed(path, read_file(path)); }

HashedFile read_hashed(const Folder& folder, std::string_view name) {
  return hashed(folder / name, folder.read(name));
}

HashedFile read_hashed_safetensors(const Folder& folder, std::string_view name) {
  const auto file = std::make_shared<const InputFile>(folder, name);
  Checkpoint header;
  header.path = file->path();
  read_safetensors_entries(std::make_shared<OpenedFile>(file), header);
  return hashed(file->path(), file->read_all(kLargestInput));
}

}  // namespace sgilo
