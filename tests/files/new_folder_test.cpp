#include "sgilo/files/new_folder.h"

#include <gtest/gtest.h>

#include <fstream>

#include "sgilo/core/error.h"
#include "support/error_text.h"
#include "support/temporary_folder.h"

namespace sgilo {
namespace {

namespace fs = std::filesystem;

TEST(NewFolder, AppearsWholeOrNotAtAll) {
  const TemporaryFolder folder;
  {
    const NewFolder left(folder / "model");
    std::ofstream(left.path() / "part") << "half";
  }
  EXPECT_EQ(folder.count(), 0);
  NewFolder made(folder / "model/");
  std::ofstream(made.path() / "part") << "whole";
  EXPECT_FALSE(fs::exists(folder / "model"));
  made.commit();
  EXPECT_EQ(folder.get("model/part"), "whole");
  EXPECT_EQ(folder.count(), 1);
}

TEST(NewFolder, TakesAnEmptyFolderAndRefusesAnother) {
  const TemporaryFolder folder;
  fs::create_directory(folder / "empty");
  NewFolder(folder / "empty").commit();
  fs::create_directory(folder / "full");
  folder.put("full/a", "x");
  EXPECT_EQ(
      error_text<ConfigError>([&] { NewFolder(folder / "full"); }),
      (folder / "full").string() + ": is there already; name a folder that is not, or remove it");
  EXPECT_EQ(folder.get("full/a"), "x");
}

TEST(NewFolder, RemovesWhatAKillLeftAndNothingElse) {
  const TemporaryFolder folder;
  fs::create_directories(folder / ".sgilo-123-0.tmp/model");
  folder.put(".sgilo-123-0.tmp/model/part", "half");
  folder.put(".sgilo-notes.tmp", "of the user");
  const NewFolder at_work(folder / "first");
  NewFolder(folder / "second").commit();
  EXPECT_FALSE(fs::exists(folder / ".sgilo-123-0.tmp"));
  EXPECT_TRUE(fs::exists(folder / ".sgilo-notes.tmp"));
  EXPECT_TRUE(fs::exists(at_work.path()));
}

TEST(NewFolder, FollowsALinkThatTheUserNamed) {
  const TemporaryFolder folder;
  fs::create_directory(folder / "real");
  fs::create_directory_symlink("real", folder / "link");
  NewFolder made(folder / "link");
  std::ofstream(made.path() / "part") << "whole";
  made.commit();
  EXPECT_TRUE(fs::is_symlink(folder / "link"));
  EXPECT_EQ(folder.get("real/part"), "whole");
}

TEST(NewFolder, SaysSoForAPathThatIsNone) {
  const TemporaryFolder folder;
  fs::create_symlink("loop", folder / "loop");
  EXPECT_EQ(error_text<ConfigError>([&] { NewFolder(folder / "loop"); }),
            (folder / "loop").string() +
                ": the folder cannot be made: its symbolic links lead back to each other");
  folder.put("file", "x");
  EXPECT_EQ(error_text<ConfigError>([&] { NewFolder(folder / "file/model"); }),
            (folder / "file/model").string() +
                ": the folder cannot be made: a part of the path is not a folder");
}

}  // namespace
}  // namespace sgilo
