#include "sgilo/files/leftovers.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <filesystem>
#include <mutex>
#include <set>
#include <string_view>
#include <system_error>
#include <tuple>
#include <vector>

#include "sgilo/core/error.h"
#include "sgilo/files/descriptor.h"
#include "sgilo/files/listing.h"

namespace sgilo {
namespace {

// ".sgilo-<digits>-<digits>.tmp"
bool is_temporary_name(std::string_view name) {
  constexpr std::string_view kStart = ".sgilo-", kEnd = ".tmp";
  if (!name.starts_with(kStart) || !name.ends_with(kEnd) ||
      name.size() <= kStart.size() + kEnd.size())
    return false;
  name = name.substr(kStart.size(), name.size() - kStart.size() - kEnd.size());
  return std::count(name.begin(), name.end(), '-') == 1 && name.front() != '-' &&
         name.back() != '-' && name.find_first_not_of("0123456789-") == std::string_view::npos;
}

// A folder is known by its path without links and its number: the number alone is given to another
// folder once this one is gone.
bool first_look(int folder) {
  static std::mutex mutex;
  static std::set<std::tuple<std::string, dev_t, ino_t>> seen;
  struct stat status {};
  if (::fstat(folder, &status) != 0) return false;
  std::error_code unknown;
  const auto path =
      std::filesystem::read_symlink(concat("/proc/self/fd/", folder), unknown).string();
  const std::lock_guard lock(mutex);
  return seen.emplace(path, status.st_dev, status.st_ino).second;
}

void remove_leftover(int folder, const std::string& name) {
  const Descriptor found(
      ::openat(folder, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat status {};
  if (!found || ::fstat(found.get(), &status) != 0 || status.st_uid != ::geteuid() ||
      ::flock(found.get(), LOCK_EX | LOCK_NB) != 0)
    return;
  remove_below(folder, name);
}

}  // namespace

std::string temporary_name() {
  static std::atomic<unsigned> counter{0};
  return concat(".sgilo-", ::getpid(), "-", counter++, ".tmp");
}

bool lock_temporary(int descriptor) {
  // Where the file system knows no locks, nobody can take one to remove it either.
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) return errno != EWOULDBLOCK;
  struct stat status {};
  return ::fstat(descriptor, &status) == 0 && status.st_nlink > 0;
}

void remove_leftovers(int folder) {
  if (!first_look(folder)) return;
  std::vector<std::string> names;
  list_names(folder, names);
  for (const std::string& name : names)
    if (is_temporary_name(name)) remove_leftover(folder, name);
}

}  // namespace sgilo
