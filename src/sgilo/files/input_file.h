// A regular file open for reading at any position. Every read is complete or a FormatError, so that
// a file that shrinks while it is read is noticed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace sgilo {

class InputFile {
 public:
  // Throws FormatError when the file is missing, unreadable or not a regular file.
  explicit InputFile(const std::filesystem::path& path);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::uint64_t size() const { return size_; }  // bytes, when the file was opened

  // Fills `bytes` bytes at `data` from position `offset`; throws FormatError when the file ends
  // before.
  void read_at(std::uint64_t offset, void* data, std::uint64_t bytes) const;

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

// All bytes of a file; throws FormatError when it holds more than `limit` bytes.
std::string read_file(const std::filesystem::path& path,
                      std::uint64_t limit = std::uint64_t{1} << 32);

}  // namespace sgilo
