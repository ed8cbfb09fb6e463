// One process at a time in a folder. The lock is the system's (flock on <folder>/.lock), so that it
// ends with the process that holds it, however that ends.
#pragma once

#include <filesystem>

#include "sgilo/files/descriptor.h"

namespace sgilo {

class Folder;

class FolderLock {
 public:
  // Throws ConfigError "<folder> is in use by process 123; ..." when it is taken, Error when the
  // lock file cannot be written or is none: a link, or a file that holds something else. The folder
  // must exist.
  explicit FolderLock(const std::filesystem::path& folder);
  explicit FolderLock(const Folder& folder);

 private:
  void lock(int folder, const std::filesystem::path& folder_path);

  Descriptor file_;
};

}  // namespace sgilo
