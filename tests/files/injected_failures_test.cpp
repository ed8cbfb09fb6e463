// What writers and readers leave behind when memory or the disk gives out at any point of their
// work: the old file or the new one, whole, and nothing else.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <functional>

#include "sgilo/core/error.h"
#include "sgilo/files/atomic_file.h"
#include "sgilo/files/folder.h"
#include "sgilo/files/folder_lock.h"
#include "sgilo/files/input_file.h"
#include "sgilo/files/make_folder.h"
#include "sgilo/files/new_folder.h"
#include "support/failing_allocations.h"
#include "support/temporary_folder.h"

namespace sgilo {
namespace {

namespace fs = std::filesystem;

int open_descriptors() {
  return static_cast<int>(std::distance(fs::directory_iterator("/proc/self/fd"), {}));
}

// Runs the work with memory for 0, 1, 2, ... allocations until it suffices; `check` looks after
// each.
void with_memory_running_out(const std::function<void()>& work,
                             const std::function<void(bool done)>& check) {
  const int before = open_descriptors();
  for (long successes = 0;; ++successes) {
    ASSERT_LT(successes, 2000);
    bool done = false;
    try {
      const FailingAllocations failing(successes);
      work();
      done = true;
    } catch (const std::bad_alloc&) {
    }
    check(done);
    EXPECT_EQ(open_descriptors(), before) << successes;
    if (done) return;
  }
}

TEST(InjectedFailures, OfMemoryLeaveTheOldFileOrTheNewOne) {
  const TemporaryFolder folder;
  const fs::path path = folder.put("a", "old");
  with_memory_running_out([&] { write_file_atomically(path, "new"); },
                          [&](bool done) {
                            const std::string content = folder.get("a");
                            EXPECT_TRUE(content == "new" || (!done && content == "old")) << content;
                            EXPECT_EQ(folder.count(), 1);
                          });
}

TEST(InjectedFailures, OfMemoryLeaveNoDescriptorOfAReader) {
  const TemporaryFolder folder;
  const fs::path path = folder.put("a", std::string(1000, 'x'));
  std::string read;
  with_memory_running_out([&] { read = read_file(path); }, [](bool) {});
  EXPECT_EQ(read, std::string(1000, 'x'));
  const Folder ours(folder.path());
  with_memory_running_out([&] { read = ours.read("a"); }, [](bool) {});
  with_memory_running_out([&] { ours.require_plain_files(); }, [](bool) {});
  with_memory_running_out([&] { FolderLock lock(folder.path()); }, [](bool) {});
}

TEST(InjectedFailures, OfMemoryLeaveAWholeFolderOrNone) {
  const TemporaryFolder folder;
  with_memory_running_out(
      [&] {
        NewFolder made(folder / "model");
        write_file_atomically(made.path() / "part", "whole");
        made.commit();
      },
      [&](bool done) {
        const bool is_there = fs::exists(folder / "model");
        EXPECT_TRUE(is_there || !done);
        EXPECT_EQ(folder.get("model/part"), is_there ? "whole" : "");
        if (!done) fs::remove_all(folder / "model");
      });
  with_memory_running_out([&] { remove_folder(folder / "model"); },
                          [&](bool) {
                            const bool is_there = fs::exists(folder / "model");
                            EXPECT_EQ(folder.get("model/part"), is_there ? "whole" : "");
                          });
}

TEST(InjectedFailures, OfTheDiskLeaveTheOldFileWhereverTheyCome) {
  const TemporaryFolder folder;
  folder.put("a", "old");
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  for (rlim_t bytes = 0; bytes < 12; ++bytes) {
    const rlimit limit{bytes, before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
    bool failed = false;
    try {
      AtomicFile file(folder / "a");
      for (int part = 0; part < 4; ++part) file.write("new");
      file.commit();
    } catch (const Error&) {
      failed = true;
    }
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
    EXPECT_TRUE(failed) << bytes;
    EXPECT_EQ(folder.get("a"), "old");
    EXPECT_EQ(folder.count(), 1);
  }
  std::signal(SIGXFSZ, handler);
}

}  // namespace
}  // namespace sgilo
