#include "sgilo/checkpoint/byte_source.h"

#include <cstring>
#include <utility>

#include "sgilo/core/error.h"
#include "sgilo/files/file_problem.h"
#include "sgilo/files/input_file.h"

namespace sgilo {
namespace {

void require_inside(std::uint64_t offset, std::uint64_t bytes, std::uint64_t size,
                    const std::string& name) {
  if (offset > size || bytes > size - offset)
    throw format_error(name, concat("is truncated: ", bytes, " bytes are needed at byte ", offset,
                                    ", but there are only ", size));
}

class FileBytes : public ByteSource {
 public:
  explicit FileBytes(const std::filesystem::path& path) : file_(path) {}
  FileBytes(const Folder& folder, std::string_view name) : file_(folder, name) {}
  std::uint64_t size() const override { return file_.size(); }
  void read_at(std::uint64_t offset, void* data, std::uint64_t bytes) const override {
    file_.read_at(offset, data, bytes);
  }

 private:
  InputFile file_;
};

class MemoryBytes : public ByteSource {
 public:
  MemoryBytes(std::string content, std::string name)
      : content_(std::move(content)), name_(std::move(name)) {}
  std::uint64_t size() const override { return content_.size(); }
  void read_at(std::uint64_t offset, void* data, std::uint64_t bytes) const override {
    require_inside(offset, bytes, size(), name_);
    if (bytes > 0) std::memcpy(data, content_.data() + offset, bytes);
  }

 private:
  std::string content_, name_;
};

class PartOfBytes : public ByteSource {
 public:
  PartOfBytes(Bytes whole, std::uint64_t offset, std::uint64_t size, const std::string& name)
      : whole_(std::move(whole)), offset_(offset), size_(size), name_(name) {
    require_inside(offset, size, whole_->size(), name);
  }
  std::uint64_t size() const override { return size_; }
  void read_at(std::uint64_t offset, void* data, std::uint64_t bytes) const override {
    require_inside(offset, bytes, size_, name_);
    whole_->read_at(offset_ + offset, data, bytes);
  }
  void verify() const override { whole_->verify(); }

 private:
  Bytes whole_;
  std::uint64_t offset_, size_;
  std::string name_;
};

}  // namespace

Bytes file_bytes(const std::filesystem::path& path) { return std::make_shared<FileBytes>(path); }

Bytes file_bytes(const Folder& folder, std::string_view name) {
  return std::make_shared<FileBytes>(folder, name);
}

Bytes memory_bytes(std::string content, std::string name) {
  return std::make_shared<MemoryBytes>(std::move(content), std::move(name));
}

Bytes part_of(Bytes whole, std::uint64_t offset, std::uint64_t size, const std::string& name) {
  return std::make_shared<PartOfBytes>(std::move(whole), offset, size, name);
}

}  // namespace sgilo
