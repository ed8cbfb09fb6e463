#include "sgilo/files/atomic_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <thread>

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

// Lets a standard descriptor stand for a file while this lives.
class Redirection {
 public:
  Redirection(int descriptor, const std::filesystem::path& path, int flags)
      : descriptor_(descriptor), saved_(::dup(descriptor)) {
    const int file = ::open(path.c_str(), flags, 0600);
    ::dup2(file, descriptor);
    ::close(file);
  }
  ~Redirection() {
    ::dup2(saved_, descriptor_);
    ::close(saved_);
  }

 private:
  int descriptor_, saved_;
};

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

TEST(InputFile, ReadsStreamsOnceAndGivesTheirBytesAgain) {
  const TemporaryFolder folder;
  folder.put("in", "0123456789");
  const Redirection from_file(STDIN_FILENO, folder / "in", O_RDONLY);
  EXPECT_EQ(read_file("-"), "0123456789");
  const InputFile file("-");
  std::string text(4, ' ');
  file.read_at(3, text.data(), 4);
  EXPECT_EQ(text, "3456");
  EXPECT_EQ(error_text<FormatError>([&] { file.read_at(8, text.data(), 4); }),
            "stdin: is truncated: 4 bytes are needed at byte 8, but the file has 10");
  EXPECT_EQ(read_file("/dev/null"), "");
  folder.put("large", "0123456789");
  const Redirection from_large(STDIN_FILENO, folder / "large", O_RDONLY);
  EXPECT_EQ(error_text<FormatError>([&] { read_file("-", 9); }),
            "stdin: has more than 9 bytes, the most that are accepted");
}

TEST(InputFile, HoldsStreamsToTheLimitOfTheirReader) {
  EXPECT_EQ(error_text<FormatError>([&] { read_file("/dev/zero", 1000); }),
            "/dev/zero: has more than 1000 bytes, the most that are accepted");
}

TEST(InputFile, RefusesFoldersAndLargeFiles) {
  const TemporaryFolder folder;
  EXPECT_EQ(error_text<FormatError>([&] { InputFile file(folder.path()); }),
            folder.path().string() + ": cannot be read: it is a folder");
  const auto path = folder.put("a", "0123456789");
  EXPECT_EQ(read_file(path), "0123456789");
  EXPECT_EQ(error_text<FormatError>([&] { read_file(path, 9); }),
            path.string() + ": has 10 bytes, but at most 9 are accepted");
}

}  // namespace
}  // namespace sgilo
