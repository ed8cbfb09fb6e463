// A folder that appears whole or not at all: fill path(), which has the same last name, then
// commit(). What is not committed is removed; what a kill leaves the next one removes.
#pragma once

#include <filesystem>

#include "sgilo/files/descriptor.h"

namespace sgilo {

// Throws ConfigError where something other than an empty folder has the name, and as
// require_writable_folder.
void require_new_folder(const std::filesystem::path& target);

class NewFolder {
 public:
  // Throws ConfigError where something other than an empty folder has the name, Error where no
  // folder can be made.
  explicit NewFolder(const std::filesystem::path& target);
  ~NewFolder();
  NewFolder(const NewFolder&) = delete;
  NewFolder& operator=(const NewFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  void commit();

 private:
  bool made_and_locked();
  [[noreturn]] void fail(int error_number) const;

  std::filesystem::path target_, around_, path_;
  Descriptor lock_;  // of around_
};

}  // namespace sgilo
