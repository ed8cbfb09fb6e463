#include "sgilo/files/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>

#include "sgilo/core/error.h"
#include "sgilo/files/file_problem.h"

namespace sgilo {
namespace {

// The process number that the holder wrote, "another process" when there is none.
std::string holder_of(int descriptor) {
  std::array<char, 20> text{};
  const ssize_t got = ::pread(descriptor, text.data(), text.size(), 0);
  std::string digits;
  for (ssize_t i = 0; i < got && text[i] >= '0' && text[i] <= '9'; ++i) digits += text[i];
  return digits.empty() ? "another process" : "process " + digits;
}

}  // namespace

FolderLock::FolderLock(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / ".lock";
  descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor_ < 0)
    throw Error(concat(path.string(), ": cannot be written: ", file_problem(errno)));
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    const int problem = errno;
    const std::string holder = holder_of(descriptor_);
    ::close(descriptor_);
    if (problem != EWOULDBLOCK)
      throw Error(concat(path.string(), ": cannot be locked: ", file_problem(problem)));
    throw ConfigError(concat(folder.string(), " is in use by ", holder,
                             "; wait until it ends, or name another folder"));
  }
  const std::string pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(descriptor_, 0) != 0 || ::pwrite(descriptor_, pid.data(), pid.size(), 0) < 0) {
    const int problem = errno;
    ::close(descriptor_);
    throw Error(concat(path.string(), ": cannot be written: ", file_problem(problem)));
  }
}

// The lock file stays: a process that already waits on a removed one would lock nothing.
FolderLock::~FolderLock() { ::close(descriptor_); }

}  // namespace sgilo
