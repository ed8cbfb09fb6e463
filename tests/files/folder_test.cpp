#include "sgilo/files/folder.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "sgilo/core/error.h"
#include "sgilo/files/atomic_file.h"
#include "support/error_text.h"
#include "support/temporary_folder.h"

namespace sgilo {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

TEST(PlainName, IsOneStepDownAndNothingElse) {
  for (const char* name : {"a", "trace_0.csv", ".lock", "...", "Bild ä.png", "a\\b"})
    EXPECT_TRUE(is_plain_name(name)) << name;
  for (const std::string& name :
       {std::string(), std::string("."), std::string(".."), std::string("a/b"), std::string("/a"),
        std::string("a\n"), std::string("a\x1b"), std::string("a\0b", 3), std::string("\xff"),
        std::string(256, 'n')})
    EXPECT_FALSE(is_plain_name(name)) << name;
}

class FolderTest : public testing::Test {
 protected:
  FolderTest() {
    fs::create_directory(around_ / "run");
    fs::create_directory(around_ / "outside");
    around_.put("outside/secret", "secret");
    fs::create_symlink("../outside/secret", around_ / "run/link");
    fs::create_symlink("../outside", around_ / "run/folder_link");
  }
  std::string path(const std::string& name) const { return (around_ / "run" / name).string(); }
  std::string link_sentence(const std::string& name) const {
    return path(name) + ": is a symbolic link, and none is followed inside this folder";
  }

  TemporaryFolder around_;
};

TEST_F(FolderTest, ReadsAndWritesItsFiles) {
  const Folder run = Folder::made(around_ / "new/run");
  run.write("a", "first");
  run.write("a", "second");
  EXPECT_EQ(run.read("a"), "second");
  EXPECT_EQ(run.names(), Names{"a"});
  EXPECT_TRUE(run.holds("a"));
  EXPECT_FALSE(run.holds("b"));
  EXPECT_EQ(error_text<FormatError>([&] { run.read("a", 3); }),
            (around_ / "new/run/a").string() + ": has 6 bytes, but at most 3 are accepted");
  EXPECT_EQ(error_text<FormatError>([&] { run.read("b"); }),
            (around_ / "new/run/b").string() + ": cannot be read: there is no such file or folder");
}

TEST_F(FolderTest, FollowsNoLinkInEitherDirection) {
  const Folder run(around_ / "run");
  EXPECT_EQ(error_text<FormatError>([&] { run.read("link"); }), link_sentence("link"));
  EXPECT_EQ(error_text<FormatError>([&] { run.write("link", "mine"); }), link_sentence("link"));
  EXPECT_EQ(error_text<FormatError>([&] { run.folder("folder_link"); }),
            link_sentence("folder_link"));
  EXPECT_EQ(error_text<FormatError>([&] { run.made_folder("folder_link"); }),
            link_sentence("folder_link"));
  EXPECT_EQ(error_text<FormatError>([&] { run / "link"; }), link_sentence("link"));
  EXPECT_EQ(around_.get("outside/secret"), "secret");
}

TEST_F(FolderTest, TakesNamesAndNoPaths) {
  const Folder run(around_ / "run");
  for (const std::string name : {"../outside/secret", "..", "folder_link/secret", "/etc/passwd"})
    EXPECT_EQ(error_text<FormatError>([&] { run.read(name); }),
              (around_ / "run").string() + ": '" + name + "' names no file inside this folder");
  EXPECT_EQ(error_text<FormatError>([&] { run.write("a\x1b[2J", ""); }),
            (around_ / "run").string() + ": 'a\\x1b[2J' names no file inside this folder");
  EXPECT_FALSE(run.holds("../outside"));
}

TEST_F(FolderTest, KeepsFoldersInsideIt) {
  const Folder run(around_ / "run");
  run.made_folder("state").write("a", "x");
  EXPECT_EQ(run.folder("state").read("a"), "x");
  EXPECT_EQ(run.made_folder("state").path(), around_ / "run/state");
  run.write("file", "x");
  EXPECT_EQ(error_text<FormatError>([&] { run.folder("file"); }),
            path("file") + ": cannot be read: a part of the path is not a folder");
  EXPECT_EQ(error_text<Error>([&] { run.made_folder("file"); }),
            path("file") + ": the folder cannot be made: something else has this name");
  EXPECT_EQ(error_text<FormatError>([&] { run.read("state"); }),
            path("state") + ": cannot be read: it is a folder");
  EXPECT_EQ(error_text<Error>([&] { run.write("state", ""); }),
            path("state") + ": cannot be written: it is a folder");
}

TEST_F(FolderTest, RemovesLinksAndNotWhatTheyPointTo) {
  const Folder run(around_ / "run");
  run.made_folder("state").made_folder("deep").write("a", "x");
  fs::create_symlink("../../outside", around_ / "run/state/link");
  for (const char* name : {"link", "folder_link", "state", "nothing"}) run.remove(name);
  EXPECT_EQ(run.names(), Names{});
  EXPECT_EQ(around_.get("outside/secret"), "secret");
}

TEST_F(FolderTest, RenamesInsideAndBetweenFolders) {
  const Folder run(around_ / "run");
  run.write("a", "new");
  run.write("b", "old");
  run.rename("a", run, "b");
  run.rename("b", run.made_folder("replaced"), "b");
  EXPECT_EQ(run.folder("replaced").read("b"), "new");
  EXPECT_EQ(
      error_text<Error>([&] { run.rename("a", run, "c"); }),
      path("a") + ": cannot be renamed to " + path("c") + ": there is no such file or folder");
}

TEST_F(FolderTest, IsTheFolderThatWasOpened) {
  const Folder run(around_ / "run");
  fs::rename(around_ / "run", around_ / "moved");
  fs::create_directory_symlink("outside", around_ / "run");
  run.write("a", "x");
  EXPECT_EQ(around_.get("moved/a"), "x");
  EXPECT_FALSE(fs::exists(around_ / "outside/a"));
}

TEST_F(FolderTest, KnowsWhetherAllInItIsPlain) {
  const Folder run(around_ / "run");
  EXPECT_EQ(error_text<FormatError>([&] { run.require_plain_files(); }),
            link_sentence("folder_link"));
  run.remove("link");
  run.remove("folder_link");
  run.made_folder("state").write("a", "x");
  run.require_plain_files();
  ASSERT_EQ(::mkfifo(path("state/pipe").c_str(), 0600), 0);
  EXPECT_EQ(error_text<FormatError>([&] { run.require_plain_files(); }),
            path("state/pipe") + ": is neither a file nor a folder");
  EXPECT_EQ(error_text<FormatError>([&] { run.folder("state").read("pipe"); }),
            path("state/pipe") + ": cannot be read: it is not a regular file");
  run.remove("state");
  std::string deep = "run";
  for (int i = 0; i < 40; ++i) fs::create_directory(around_ / (deep += "/d"));
  EXPECT_NE(error_text<FormatError>([&] {
              run.require_plain_files();
            }).find("/d: lies deeper than 32 folders"),
            std::string::npos);
}

TEST_F(FolderTest, SaysSoForPathsThatAreNone) {
  const auto sentence = [](const fs::path& path) {
    const std::string text = error_text<FormatError>([&] { Folder{path}; });
    return text.substr(std::min(text.size(), path.native().size()));
  };
  EXPECT_EQ(sentence(around_ / "none"), ": cannot be read: there is no such file or folder");
  EXPECT_EQ(sentence(around_ / "outside/secret"),
            ": cannot be read: a part of the path is not a folder");
  EXPECT_EQ(error_text<FormatError>([&] { Folder(std::string("a\0b", 3)); }),
            "a\\x00b: cannot be read: the path holds a zero byte");
  EXPECT_EQ(sentence(around_ / std::string(256, 'n')),
            ": cannot be read: the path, or a name in it, is longer than the system allows");
}

}  // namespace
}  // namespace sgilo
