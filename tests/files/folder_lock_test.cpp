#include "sgilo/files/folder_lock.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sgilo/core/error.h"
#include "sgilo/files/folder.h"
#include "support/error_text.h"
#include "support/temporary_folder.h"

namespace sgilo {
namespace {

namespace fs = std::filesystem;

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

TEST(FolderLock, WritesToNothingThatIsNoLockFile) {
  const TemporaryFolder folder;
  folder.put("foreign", "text of somebody else");
  folder.put("number", "12\n");
  const fs::path lock = folder / ".lock";
  const auto refused = [&] {
    EXPECT_EQ(error_text<Error>([&] { FolderLock taken(folder.path()); }),
              lock.string() + ": is no lock file of sgilo; move it away");
    fs::remove(lock);
  };
  fs::create_symlink("foreign", lock);
  refused();
  fs::create_symlink("not there", lock);
  refused();
  EXPECT_FALSE(fs::exists(folder / "not there"));
  fs::create_hard_link(folder / "number", lock);
  refused();
  folder.put(".lock", "words of a program that had lost its stderr");
  refused();
  ASSERT_EQ(::mkfifo(lock.c_str(), 0600), 0);
  refused();
  EXPECT_EQ(folder.get("foreign"), "text of somebody else");
  EXPECT_EQ(folder.get("number"), "12\n");
  folder.put(".lock", "123\n");
  const FolderLock taken(Folder(folder.path()));
  EXPECT_EQ(folder.get(".lock"), concat(::getpid(), "\n"));
}

}  // namespace
}  // namespace sgilo
