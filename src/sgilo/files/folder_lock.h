// One process at a time in a folder. The lock is the system's (flock on <folder>/.lock), so that it
// ends with the process that holds it, however that ends.
#pragma once

#include <filesystem>

namespace sgilo {

class FolderLock {
 public:
  // Throws ConfigError "<folder> is in use by process 123; ..." when it is taken, Error when the
  // lock file cannot be written. The folder must exist.
  explicit FolderLock(const std::filesystem::path& folder);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int descriptor_ = -1;
};

}  // namespace sgilo
