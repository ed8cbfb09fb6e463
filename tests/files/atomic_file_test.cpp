#include "sgilo/files/atomic_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "sgilo/core/error.h"
#include "sgilo/files/folder.h"
#include "sgilo/files/input_file.h"
#include "support/error_text.h"
#include "support/redirection.h"
#include "support/temporary_folder.h"

namespace sgilo {
namespace {

namespace fs = std::filesystem;

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
  EXPECT_FALSE(fs::exists("-"));
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

TEST(AtomicFile, WritesThroughALinkThatTheUserNamed) {
  const TemporaryFolder folder;
  folder.put("real", "old");
  fs::create_symlink("real", folder / "link");
  fs::create_symlink("new", folder / "dangling");
  write_file_atomically(folder / "link", "new");
  write_file_atomically(folder / "dangling", "new");
  EXPECT_EQ(folder.get("real"), "new");
  EXPECT_EQ(folder.get("new"), "new");
  EXPECT_TRUE(fs::is_symlink(folder / "link"));
}

TEST(AtomicFile, RefusesALinkInAFolderOfTheProgram) {
  const TemporaryFolder folder;
  folder.put("real", "old");
  fs::create_symlink("real", folder / "link");
  const Folder ours(folder.path());
  EXPECT_EQ(
      error_text<FormatError>([&] { AtomicFile file(ours, "link"); }),
      (folder / "link").string() + ": is a symbolic link, and none is followed inside this folder");
  EXPECT_EQ(folder.get("real"), "old");
  ours.write("real", "new");
  EXPECT_EQ(folder.get("real"), "new");
  EXPECT_EQ(folder.count(), 2);
}

TEST(AtomicFile, SaysSoForPathsThatAreNone) {
  const TemporaryFolder folder;
  const std::string start = folder.path().string() + "/";
  const auto sentence = [&](const std::string& path) {
    const std::string text = error_text<Error>([&] { AtomicFile file(path); });
    return text.substr(std::min(text.size(), path.size()));
  };
  const std::string too_long =
      ": cannot be written: the path, or a name in it, is longer than the system allows";
  EXPECT_EQ(sentence(start + std::string(256, 'n')), too_long);
  EXPECT_EQ(sentence(start + std::string(5000, '/') + "a"), too_long);
  fs::create_symlink("loop", folder / "loop");
  EXPECT_EQ(sentence(start + "loop"),
            ": cannot be written: its symbolic links lead back to each other");
  folder.put("file", "x");
  EXPECT_EQ(sentence(start + "file/a"), ": cannot be written: a part of the path is not a folder");
  EXPECT_EQ(sentence(start + "folder/"), ": cannot be written: it is a folder");
  EXPECT_EQ(error_text<Error>([&] { AtomicFile file(start + std::string(1, '\0')); }),
            start + "\\x00: cannot be written: the path holds a zero byte");
  EXPECT_EQ(sentence(""), ": cannot be written: there is no such file or folder");
  EXPECT_EQ(folder.count(), 2);
}

mode_t mode_of(const fs::path& path) {
  struct stat status {};
  EXPECT_EQ(::stat(path.c_str(), &status), 0);
  return status.st_mode & 07777;
}

TEST(AtomicFile, KeepsThePermissionsOfWhatItReplaces) {
  const TemporaryFolder folder;
  const mode_t before = ::umask(022);
  for (const mode_t mode : {0600, 0640, 0664, 0755, 0444}) {
    folder.put("a", "old");
    ASSERT_EQ(::chmod((folder / "a").c_str(), mode), 0);
    write_file_atomically(folder / "a", "new");
    EXPECT_EQ(mode_of(folder / "a"), mode);
    fs::remove(folder / "a");
  }
  write_file_atomically(folder / "b", "new");
  EXPECT_EQ(mode_of(folder / "b"), 0644u);
  ::umask(before);
}

TEST(AtomicFile, IsPrivateFromTheStartWhereItReplacesAPrivateFile) {
  const TemporaryFolder folder;
  folder.put("a", "old");
  ASSERT_EQ(::chmod((folder / "a").c_str(), 0600), 0);
  const AtomicFile file(folder / "a");
  for (const auto& entry : fs::directory_iterator(folder.path()))
    EXPECT_EQ(mode_of(entry.path()), 0600u) << entry.path();
}

TEST(AtomicFile, KeepsTheOwnerWhereTheSystemAllowsIt) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root may give files away";
  const TemporaryFolder folder;
  folder.put("a", "old");
  ASSERT_EQ(::chown((folder / "a").c_str(), 1234, 5678), 0);
  write_file_atomically(folder / "a", "new");
  struct stat status {};
  ASSERT_EQ(::stat((folder / "a").c_str(), &status), 0);
  EXPECT_EQ(status.st_uid, 1234u);
  EXPECT_EQ(status.st_gid, 5678u);
}

// A process that is killed between the writing and the rename.
void leave_half_a_file(const fs::path& path) {
  const pid_t child = ::fork();
  if (child == 0) {
    AtomicFile file(path);
    file.write("half");
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
}

TEST(AtomicFile, RemovesWhatAKillLeftAndNothingThatIsBeingWritten) {
  const TemporaryFolder folder;
  fs::create_directory(folder / "busy");
  AtomicFile at_work(folder / "busy/slow");  // and this process has looked into the folder
  leave_half_a_file(folder / "busy/a");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder / "busy"), {}), 2);
  const pid_t next = ::fork();
  if (next == 0) {
    fs::rename(folder / "busy", folder / "moved");
    write_file_atomically(folder / "moved/a", "whole");  // into a folder new to it
    ::_exit(0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(next, &status, 0), next);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder / "moved"), {}), 2);  // a and slow
  at_work.write("done");
  at_work.commit();
  EXPECT_EQ(folder.get("moved/slow"), "done");
  EXPECT_EQ(folder.get("moved/a"), "whole");
}

TEST(AtomicFile, LeavesFilesOfOthersThatOnlyLookAlike) {
  const TemporaryFolder folder;
  folder.put(".sgilo-12-x.tmp", "x");
  folder.put(".sgilo-12.tmp", "x");
  folder.put("sgilo-1-2.tmp", "x");
  fs::create_symlink("sgilo-1-2.tmp", folder / ".sgilo-1-2.tmp");
  write_file_atomically(folder / "a", "new");
  EXPECT_EQ(folder.count(), 5);
}

TEST(AtomicFile, LeavesTheOldFileWhenADescriptorFails) {
  const TemporaryFolder folder;
  folder.put("a", "old");
  struct rlimit before {};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const int next = ::dup(STDIN_FILENO);
  ::close(next);
  for (rlim_t left = 0; left < 2; ++left) {
    const struct rlimit few { static_cast<rlim_t>(next) + left, before.rlim_max };
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
    EXPECT_EQ(error_text<Error>([&] { write_file_atomically(folder / "a", "new"); }),
              (folder / "a").string() + ": cannot be written: too many files are open");
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  }
  EXPECT_EQ(folder.get("a"), "old");
  EXPECT_EQ(folder.count(), 1);
}

}  // namespace
}  // namespace sgilo
