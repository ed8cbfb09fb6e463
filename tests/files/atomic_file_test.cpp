#include "sgilo/files/atomic_file.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <cerrno>
#include <csignal>

#include "sgilo/core/error.h"
#include "sgilo/files/file_problem.h"
#include "sgilo/files/input_file.h"
#include "support/error_text.h"
#include "support/temporary_folder.h"

namespace sgilo {
namespace {

// No file of this process may grow beyond `bytes` while this lives: a disk that becomes full.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    previous_handler_ = std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &previous_);
    const rlimit limit{bytes, previous_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &previous_);
    std::signal(SIGXFSZ, previous_handler_);
  }

 private:
  rlimit previous_{};
  void (*previous_handler_)(int);
};

TEST(AtomicFile, ReplacesTheOldFileAtCommitOnly) {
  const TemporaryFolder folder;
  folder.put("a", "old");
  AtomicFile file(folder / "a");
  file.write("ne");
  file.write("w");
  EXPECT_EQ(folder.get("a"), "old");
  file.commit();
  EXPECT_EQ(folder.get("a"), "new");
  EXPECT_EQ(folder.count(), 1);
}

TEST(AtomicFile, LeavesTheOldFileAndNothingElseWithoutCommit) {
  const TemporaryFolder folder;
  folder.put("a", "old");
  { AtomicFile(folder / "a").write("half of the n"); }
  EXPECT_EQ(folder.get("a"), "old");
  EXPECT_EQ(folder.count(), 1);
}

TEST(AtomicFile, LeavesTheOldFileWhenWritingFails) {
  const TemporaryFolder folder;
  folder.put("a", "old");
  const std::string text = error_text<Error>([&] {
    const FileSizeLimit limit(1000);
    write_file_atomically(folder / "a", std::string(5000, 'x'));
  });
  EXPECT_EQ(text, (folder / "a").string() +
                      ": cannot be written: the file would exceed the size that the system allows");
  EXPECT_EQ(folder.get("a"), "old");
  EXPECT_EQ(folder.count(), 1);
}

TEST(AtomicFile, SaysThatTheDiskIsFull) {
  EXPECT_EQ(file_problem(ENOSPC), "the disk is full");
  EXPECT_EQ(file_problem(EIO), "the system reports 'Input/output error'");
}

TEST(AtomicFile, NeverReplacesAFolderOrADevice) {
  const TemporaryFolder folder;
  EXPECT_EQ(error_text<Error>([&] { AtomicFile file(folder.path()); }),
            folder.path().string() + ": cannot be written: it is a folder");
  EXPECT_EQ(error_text<Error>([&] { AtomicFile file("/dev/null"); }),
            "/dev/null: cannot be written: it is not a regular file");
  EXPECT_EQ(error_text<Error>([&] { AtomicFile file(folder / "no/a"); }),
            (folder / "no/a").string() + ": cannot be written: there is no such file or folder");
}

TEST(AtomicFile, WritesThroughALink) {
  const TemporaryFolder folder;
  folder.put("real", "old");
  std::filesystem::create_symlink("real", folder / "link");
  write_file_atomically(folder / "link", "new");
  EXPECT_EQ(folder.get("real"), "new");
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "link"));
}

TEST(InputFile, ReadsExactlyWhatIsAskedOrSaysWhatIsMissing) {
  const TemporaryFolder folder;
  const auto path = folder.put("a", "0123456789");
  const InputFile file(path);
  std::string text(4, ' ');
  file.read_at(3, text.data(), 4);
  EXPECT_EQ(text, "3456");
  EXPECT_EQ(error_text<FormatError>([&] { file.read_at(8, text.data(), 4); }),
            path.string() + ": is truncated: 4 bytes are needed at byte 8, but the file has 10");
}

TEST(InputFile, NoticesAFileThatShrinks) {
  const TemporaryFolder folder;
  const auto path = folder.put("a", "0123456789");
  const InputFile file(path);
  std::filesystem::resize_file(path, 5);
  std::string text(10, ' ');
  EXPECT_EQ(error_text<FormatError>([&] { file.read_at(0, text.data(), 10); }),
            path.string() + ": became shorter while it was read");
}

TEST(InputFile, RefusesFoldersPipesAndLargeFiles) {
  const TemporaryFolder folder;
  EXPECT_EQ(error_text<FormatError>([&] { InputFile file(folder.path()); }),
            folder.path().string() + ": cannot be read: it is a folder");
  ASSERT_EQ(mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(error_text<FormatError>([&] { InputFile file(folder / "pipe"); }),
            (folder / "pipe").string() + ": cannot be read: it is not a regular file");
  const auto path = folder.put("a", "0123456789");
  EXPECT_EQ(read_file(path), "0123456789");
  EXPECT_EQ(error_text<FormatError>([&] { read_file(path, 9); }),
            path.string() + ": has 10 bytes, but at most 9 are accepted");
}

}  // namespace
}  // namespace sgilo
