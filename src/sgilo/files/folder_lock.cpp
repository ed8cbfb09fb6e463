#include "sgilo/files/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <string>
#include <string_view>

#include "sgilo/core/error.h"
#include "sgilo/files/file_problem.h"
#include "sgilo/files/folder.h"

namespace sgilo {
namespace {

// The process number that the holder wrote, "" in a new file; nothing when the file is no lock.
std::optional<std::string> holder_in(int descriptor) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode) || status.st_nlink > 1)
    return std::nullopt;
  std::array<char, 16> text{};
  const ssize_t got = ::pread(descriptor, text.data(), text.size(), 0);
  std::string_view line(text.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.size() > 10 || line.find_first_not_of("0123456789") != std::string_view::npos)
    return std::nullopt;
  return std::string(line);
}

}  // namespace

FolderLock::FolderLock(const std::filesystem::path& folder) {
  const Descriptor opened(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!opened)
    throw Error(concat((folder / ".lock").string(), ": cannot be written: ", file_problem(errno)));
  lock(opened.get(), folder);
}

FolderLock::FolderLock(const Folder& folder) { lock(folder.descriptor(), folder.path()); }

void FolderLock::lock(int folder, const std::filesystem::path& folder_path) {
  const std::string path = (folder_path / ".lock").string();
  file_ = Descriptor(
      ::openat(folder, ".lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666));
  const int closed = file_ ? 0 : errno;
  const Error no_lock(concat(path, ": is no lock file of sgilo; move it away"));
  if (closed == ELOOP) throw no_lock;
  if (closed != 0) throw Error(concat(path, ": cannot be written: ", file_problem(closed)));
  const int taken = ::flock(file_.get(), LOCK_EX | LOCK_NB) != 0 ? errno : 0;
  const std::optional<std::string> holder = holder_in(file_.get());
  if (!holder) throw no_lock;
  if (taken == EWOULDBLOCK)
    throw ConfigError(concat(folder_path.string(), " is in use by ",
                             holder->empty() ? "another process" : "process " + *holder,
                             "; wait until it ends, or name another folder"));
  if (taken != 0) throw Error(concat(path, ": cannot be locked: ", file_problem(taken)));
  const std::string pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(file_.get(), 0) != 0 || ::pwrite(file_.get(), pid.data(), pid.size(), 0) < 0)
    throw Error(concat(path, ": cannot be written: ", file_problem(errno)));
  // The lock file stays: a process that already waits on a removed one would lock nothing.
}

}  // namespace sgilo
