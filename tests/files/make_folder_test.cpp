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

TEST(RemoveFolder, RemovesAFolderAndWhatAnEarlierOneLeft) {
  const TemporaryFolder folder;
  make_folder(folder / "old/deep");
  make_folder(folder / ".removed/half");  // of a removal that was cut off
  remove_folder(folder / "old");
  remove_folder(folder / "old");
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

}  // namespace
}  // namespace sgilo
