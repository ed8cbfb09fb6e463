#include "sgilo/files/leftovers.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>

#include <set>

#include "sgilo/files/descriptor.h"
#include "support/temporary_folder.h"

namespace sgilo {
namespace {

namespace fs = std::filesystem;

Descriptor opened(const fs::path& path) {
  return Descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
}

TEST(Leftovers, HaveNamesOfWhichEachIsAnother) {
  std::set<std::string> names;
  for (int i = 0; i < 100; ++i) names.insert(temporary_name());
  EXPECT_EQ(names.size(), 100U);
  const std::string start = ".sgilo-" + std::to_string(::getpid()) + "-";
  for (const std::string& name : names) {
    EXPECT_TRUE(name.starts_with(start)) << name;
    EXPECT_TRUE(name.ends_with(".tmp")) << name;
  }
}

TEST(Leftovers, AreWhatHasOurNameAndNoLock) {
  const TemporaryFolder folder;
  folder.put(".sgilo-123-0.tmp", "of a kill");
  folder.put(".sgilo-123-1.tmp", "at work");
  for (const char* name : {".sgilo-123.tmp", ".sgilo--1.tmp", ".sgilo-12a-1.tmp", "sgilo-1-1.tmp",
                           ".sgilo-1-1-1.tmp", ".sgilo-1-1.tmp.bak"})
    folder.put(name, "of somebody else");
  const Descriptor at_work = opened(folder / ".sgilo-123-1.tmp");
  ASSERT_TRUE(lock_temporary(at_work.get()));
  const auto before = folder.count();
  remove_leftovers(opened(folder.path()).get());
  EXPECT_EQ(folder.count(), before - 1);
  EXPECT_FALSE(fs::exists(folder / ".sgilo-123-0.tmp"));
}

TEST(Leftovers, AreLookedForOnceInAFolderWhateverItsPath) {
  const TemporaryFolder folder, links;
  fs::create_directory(folder / "real");
  fs::create_directory_symlink(folder / "real", links / "link");
  remove_leftovers(opened(folder / "real").get());
  folder.put("real/.sgilo-123-0.tmp", "of a kill");
  for (const fs::path& path : {folder / "real", folder / "real/.", links / "link"}) {
    remove_leftovers(opened(path).get());
    EXPECT_TRUE(fs::exists(folder / "real/.sgilo-123-0.tmp")) << path;
  }
  // Another folder of the same path is another one.
  fs::rename(folder / "real", folder / "moved");
  fs::create_directory(folder / "real");
  folder.put("real/.sgilo-123-0.tmp", "of a kill");
  remove_leftovers(opened(folder / "real").get());
  EXPECT_FALSE(fs::exists(folder / "real/.sgilo-123-0.tmp"));
}

TEST(Leftovers, LoseTheirLockToWhoRemovedThem) {
  const TemporaryFolder folder;
  const Descriptor first = opened(folder.put("a", ""));
  const Descriptor second = opened(folder / "a");
  EXPECT_TRUE(lock_temporary(first.get()));
  EXPECT_FALSE(lock_temporary(second.get()));  // it is held
  fs::remove(folder / "a");
  EXPECT_FALSE(lock_temporary(first.get()));  // it is gone
}

}  // namespace
}  // namespace sgilo
