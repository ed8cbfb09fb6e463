#include "sgilo/files/atomic_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "sgilo/core/error.h"
#include "sgilo/files/input_file.h"
#include "support/error_text.h"
#include "support/redirection.h"
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

TEST(AtomicFile, WritesDashToStdout) {
  const TemporaryFolder folder;
  std::fflush(stdout);
  {
    const Redirection to_file(STDOUT_FILENO, folder / "out", O_WRONLY | O_CREAT);
    write_file_atomically("-", "abc");
    write_file_atomically("-", "def");
  }
  EXPECT_EQ(folder.get("out"), "abcdef");
  EXPECT_FALSE(std::filesystem::exists("-"));
  EXPECT_EQ(error_text<Error>([&] {
              const Redirection to_full(STDOUT_FILENO, "/dev/full", O_WRONLY);
              write_file_atomically("-", "abc");
            }),
            "stdout: cannot be written: the disk is full");
}

TEST(AtomicFile, WritesPipesAndDevicesDirectly) {
  write_file_atomically("/dev/null", "abc");
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
  EXPECT_EQ(error_text<Error>([&] { write_file_atomically("/dev/full", "abc"); }),
            "/dev/full: cannot be written: the disk is full");
  const TemporaryFolder folder;
  ASSERT_EQ(mkfifo((folder / "pipe").c_str(), 0600), 0);
  std::thread writer([&] { write_file_atomically(folder / "pipe", "through the pipe"); });
  EXPECT_EQ(read_file(folder / "pipe"), "through the pipe");
  writer.join();
  EXPECT_TRUE(std::filesystem::is_fifo(folder / "pipe"));
}

TEST(AtomicFile, NeverReplacesAFolder) {
  const TemporaryFolder folder;
  EXPECT_EQ(error_text<Error>([&] { AtomicFile file(folder.path()); }),
            folder.path().string() + ": cannot be written: it is a folder");
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

}  // namespace
}  // namespace sgilo
