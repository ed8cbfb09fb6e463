#include "sgilo/files/writable.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sgilo/core/error.h"
#include "support/error_text.h"
#include "support/temporary_folder.h"

namespace sgilo {
namespace {

namespace fs = std::filesystem;

class Writable : public testing::Test {
 protected:
  Writable() {
    folder_.put("file", "x");
    fs::create_directory(folder_ / "folder");
    fs::create_symlink("loop", folder_ / "loop");
  }
  // What is refused, behind the path.
  template <class Require>
  static std::string refused(Require&& require, const std::string& path) {
    const std::string text = error_text<ConfigError>([&] { require(path); });
    EXPECT_TRUE(text.empty() || text.starts_with(path)) << text;
    return text.substr(std::min(path.size(), text.size()));
  }
  std::string file(const std::string& name) const {
    return refused(require_writable_file, (folder_ / name).string());
  }
  std::string folder(const std::string& name) const {
    return refused(require_writable_folder, (folder_ / name).string());
  }

  TemporaryFolder folder_;
};

TEST_F(Writable, AFileThatIsNewOrThereIs) {
  EXPECT_EQ(file("new"), "");
  EXPECT_EQ(file("file"), "");
  EXPECT_EQ(file("folder/new"), "");
  EXPECT_EQ(refused(require_writable_file, "-"), "");
  EXPECT_EQ(refused(require_writable_file, "/dev/null"), "");
  if (::access(".", W_OK) == 0) {
    EXPECT_EQ(refused(require_writable_file, "new one here"), "");
  }
  fs::create_symlink("folder/target", folder_ / "link");
  EXPECT_EQ(file("link"), "");
  EXPECT_EQ(folder_.count(), 4);
}

TEST_F(Writable, AFileInThePlaceOfAFolderIsNot) {
  EXPECT_EQ(file("folder"), ": cannot be written: it is a folder");
  EXPECT_EQ(file("folder/"), ": cannot be written: it is a folder");
  EXPECT_EQ(file("new/"), ": cannot be written, there is no folder " + (folder_ / "new").string());
  EXPECT_EQ(file("none/new"),
            ": cannot be written, there is no folder " + (folder_ / "none").string());
  EXPECT_EQ(file("file/new"), ": cannot be written: a part of the path is not a folder");
  fs::create_symlink("none/target", folder_ / "link");
  EXPECT_EQ(file("link"), ": cannot be written, there is no folder " + (folder_ / "none").string());
}

TEST_F(Writable, AFolderThatIsThereOrCanBeMadeIs) {
  EXPECT_EQ(folder("folder"), "");
  EXPECT_EQ(folder("folder/"), "");
  EXPECT_EQ(folder("new"), "");
  EXPECT_EQ(folder("new/below/it"), "");
  if (::access(".", W_OK) == 0) {
    EXPECT_EQ(refused(require_writable_folder, "new/below/it"), "");
  }
  EXPECT_FALSE(fs::exists(folder_ / "new"));
}

TEST_F(Writable, AFolderInThePlaceOfAFileIsNot) {
  EXPECT_EQ(folder("file"), ": the folder cannot be made: a file has this name");
  EXPECT_EQ(folder("file/below/it"),
            ": the folder cannot be made: a part of the path is not a folder");
}

TEST_F(Writable, PathsThatAreNoneAreNot) {
  const std::string loops = "its symbolic links lead back to each other",
                    too_long = "the path, or a name in it, is longer than the system allows";
  EXPECT_EQ(file("loop"), ": cannot be written: " + loops);
  EXPECT_EQ(folder("loop"), ": the folder cannot be made: " + loops);
  EXPECT_EQ(folder("loop/below"), ": the folder cannot be made: " + loops);
  const std::string name(256, 'n');
  EXPECT_EQ(file(name), ": cannot be written: " + too_long);
  EXPECT_EQ(folder(name), ": the folder cannot be made: " + too_long);
  EXPECT_EQ(error_text<ConfigError>([] { require_writable_file(std::string("a\0b", 3)); }),
            "a\\x00b: cannot be written: the path holds a zero byte");
}

TEST_F(Writable, FoldersWithoutPermissionAreNot) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  ASSERT_EQ(::chmod((folder_ / "folder").c_str(), 0555), 0);
  EXPECT_EQ(file("folder/new"), ": cannot be written: permission is denied");
  EXPECT_EQ(folder("folder"), ": cannot be written: permission is denied");
  EXPECT_EQ(folder("folder/new/below"), ": the folder cannot be made: permission is denied");
  ASSERT_EQ(::chmod((folder_ / "folder").c_str(), 0755), 0);
}

}  // namespace
}  // namespace sgilo
