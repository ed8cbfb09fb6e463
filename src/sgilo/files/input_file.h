// A file open for reading at any position. Every read is complete or a FormatError, so that a file
// that shrinks while it is read is noticed. Streams (stdin as "-", pipes, character devices) are
// read to their end once; who opens one again gets the same bytes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "sgilo/files/descriptor.h"

namespace sgilo {

class Folder;

inline constexpr std::uint64_t kLargestInput = std::uint64_t{1} << 32;

class InputFile {
 public:
  // Throws FormatError when the file is missing, unreadable or neither a regular file nor a stream
  // of at most `stream_limit` bytes.
  explicit InputFile(const std::filesystem::path& path, std::uint64_t stream_limit = kLargestInput);
  // A file in a folder of the program's own: throws FormatError, too, for a symbolic link.
  InputFile(const Folder& folder, std::string_view name);
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::uint64_t size() const { return size_; }  // bytes, when the file was opened

  // Fills `bytes` bytes at `data` from position `offset`;
  // throws FormatError when the file ends before.
  void read_at(std::uint64_t offset, void* data, std::uint64_t bytes) const;
  // All of them; throws FormatError when they are more than `limit`.
  std::string read_all(std::uint64_t limit) const;

 private:
  void require_regular();

  std::filesystem::path path_;
  Descriptor descriptor_;
  std::uint64_t size_ = 0;
  std::shared_ptr<const std::string> stream_;  // all bytes of a stream; null for a regular file
};

// All bytes of a file; throws FormatError when it holds more than `limit` bytes.
std::string read_file(const std::filesystem::path& path, std::uint64_t limit = kLargestInput);

}  // namespace sgilo
