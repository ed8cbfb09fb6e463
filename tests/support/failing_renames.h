// Renames that fail: after some of this thread's all that follow, which is where a kill between two
// of them leaves the disk. Replaces renameat of the C library, so that only one file of a test program
// may include this.
#pragma once

#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace sgilo {

// How many renames still succeed; negative: all.
inline thread_local long renames_left = -1;

class FailingRenames {
 public:
  explicit FailingRenames(long successes) { renames_left = successes; }
  ~FailingRenames() { renames_left = -1; }
};

}  // namespace sgilo

extern "C" int renameat(int from_folder, const char* from, int to_folder, const char* to) noexcept {
  if (sgilo::renames_left == 0) {
    errno = EIO;
    return -1;
  }
  if (sgilo::renames_left > 0) --sgilo::renames_left;
  return static_cast<int>(::syscall(SYS_renameat2, from_folder, from, to_folder, to, 0));
}
