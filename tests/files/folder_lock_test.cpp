#include "sgilo/files/folder_lock.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "sgilo/core/error.h"
#include "support/error_text.h"
#include "support/temporary_folder.h"

namespace sgilo {
namespace {

TEST(FolderLock, RefusesASecondHolderAndNamesTheFirst) {
  const TemporaryFolder folder;
  const FolderLock lock(folder.path());
  EXPECT_EQ(error_text<ConfigError>([&] { FolderLock second(folder.path()); }),
            concat(folder.path().string(), " is in use by process ", ::getpid(),
                   "; wait until it ends, or name another folder"));
}

TEST(FolderLock, IsFreeAgainAfterItsHolder) {
  const TemporaryFolder folder;
  { const FolderLock lock(folder.path()); }
  EXPECT_EQ(error_text<Error>([&] { FolderLock second(folder.path()); }), "");
}

TEST(FolderLock, NamesAMissingFolder) {
  const TemporaryFolder folder;
  EXPECT_EQ(
      error_text<Error>([&] { FolderLock lock(folder / "no"); }),
      (folder / "no/.lock").string() + ": cannot be written: there is no such file or folder");
}

}  // namespace
}  // namespace sgilo
