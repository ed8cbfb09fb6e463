// A file that appears whole or not at all: written under a temporary name in the same folder,
// flushed to the disk and renamed. A full disk, an exception or a kill leaves the previous file; a
// file that is replaced passes on its permissions and owner.
// What is no file to replace (stdout as "-", pipes, character devices) is written directly.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "sgilo/files/descriptor.h"

namespace sgilo {

class Folder;

class AtomicFile {
 public:
  // A path that the user named: a symbolic link is followed. The folder must exist. Throws Error
  // "<path>: cannot be written: ...", also for a folder, a block device or a socket.
  explicit AtomicFile(const std::filesystem::path& path);
  // A file that the program names in a folder of its own: a link is refused, and so is all else
  // that is no regular file.
  AtomicFile(const Folder& folder, std::string_view name);
  ~AtomicFile();  // without a commit() the temporary file is removed
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(const void* data, std::uint64_t bytes);
  void write(std::string_view text) { write(text.data(), text.size()); }
  void commit();

 private:
  void open_temporary();
  void take_over_permissions() const;
  [[noreturn]] void fail(int error_number) const;

  std::filesystem::path path_;
  Descriptor folder_, file_;
  std::string name_;                     // in the folder
  std::string temporary_;                // empty once renamed, and when there is nothing to rename
  std::optional<struct stat> replaced_;  // the file that gives way
};

// Where a symbolic link leads in the end, be there something or not; the path itself when it is no
// link. The path must not lead in a circle.
std::filesystem::path link_target(std::filesystem::path path);

void write_file_atomically(const std::filesystem::path& path, std::string_view content);

}  // namespace sgilo
