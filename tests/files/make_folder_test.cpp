#include "sgilo/files/make_folder.h"

#include <gtest/gtest.h>

#include "sgilo/core/error.h"
#include "support/error_text.h"
#include "support/temporary_folder.h"

namespace sgilo {
namespace {

namespace fs = std::filesystem;

TEST(MakeFolder, MakesThoseAboveItAndTakesWhatIsThere) {
  const TemporaryFolder folder;
  make_folder(folder / "a/b");
  make_folder(folder / "a/b");
  EXPECT_TRUE(fs::is_directory(folder / "a/b"));
}

TEST(MakeFolder, SaysWhyItCannot) {
  const TemporaryFolder folder;
  folder.put("file", "x");
  EXPECT_EQ(error_text<Error>([&] { make_folder(folder / "file"); }),
            (folder / "file").string() + ": the folder cannot be made: a file has this name");
  EXPECT_EQ(error_text<Error>([&] { make_folder(folder / "file/below"); }),
            (folder / "file/below").string() +
                ": the folder cannot be made: a part of the path is not a folder");
}

TEST(MakeFolder, SaysSoForPathsThatAreNone) {
  const TemporaryFolder folder;
  const std::string start = folder.path().string() + "/";
  EXPECT_EQ(error_text<Error>([&] { make_folder(start + std::string(300, 'n')); }),
            start + std::string(300, 'n') +
                ": the folder cannot be made: the path, or a name in it, is longer than the system "
                "allows");
  fs::create_symlink("loop", folder / "loop");
  EXPECT_EQ(error_text<Error>([&] { make_folder(folder / "loop"); }),
            start + "loop: the folder cannot be made: its symbolic links lead back to each other");
  EXPECT_EQ(error_text<Error>([&] { make_folder(start + "a" + std::string(1, '\0') + "b"); }),
            start + "a\\x00b: the folder cannot be made: the path holds a zero byte");
  EXPECT_EQ(folder.count(), 1);
}

TEST(RemoveFolder, RemovesAFolderAndWhatAnEarlierOneLeft) {
  const TemporaryFolder folder;
  make_folder(folder / "old/deep");
  make_folder(folder / ".sgilo-1-2.tmp/half");  // of a removal that was cut off
  remove_folder(folder / "old");
  remove_folder(folder / "old");
  remove_folder(folder / "none/old");
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(RemoveFolder, RemovesALinkAndNotWhatItPointsTo) {
  const TemporaryFolder folder;
  make_folder(folder / "elsewhere");
  folder.put("elsewhere/a", "x");
  fs::create_directory_symlink("elsewhere", folder / "old");
  remove_folder(folder / "old");
  EXPECT_FALSE(fs::is_symlink(folder / "old"));
  EXPECT_EQ(folder.get("elsewhere/a"), "x");
}

}  // namespace
}  // namespace sgilo
