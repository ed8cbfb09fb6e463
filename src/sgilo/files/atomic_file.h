// A file that appears whole or not at all: written under a temporary name in the same folder,
// flushed to the disk and renamed. A full disk, an exception or a kill leaves the previous file.
// What is no file to replace (stdout as "-", pipes, character devices) is written directly.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

namespace sgilo {

class AtomicFile {
 public:
  // Opens the temporary file. The folder must exist. Throws Error "<path>: cannot be written: ...",
  // also for a folder, a block device or a socket; a symbolic link is followed.
  explicit AtomicFile(const std::filesystem::path& path);
  ~AtomicFile();  // without a commit() the temporary file is removed
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(const void* data, std::uint64_t bytes);
  void write(std::string_view text) { write(text.data(), text.size()); }
  void commit();

 private:
  [[noreturn]] void fail(int error_number) const;

  std::filesystem::path path_;
  std::filesystem::path target_;     // path_ with links resolved
  std::filesystem::path temporary_;  // empty once renamed, and when there is nothing to rename
  int descriptor_ = -1;
};

void write_file_atomically(const std::filesystem::path& path, std::string_view content);

}  // namespace sgilo
