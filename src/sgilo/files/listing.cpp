#include "sgilo/files/listing.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <string_view>

#include "sgilo/files/descriptor.h"

namespace sgilo {

int list_names(int folder, std::vector<std::string>& names) {
  const int again = ::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (again < 0) return errno;
  const std::unique_ptr<DIR, int (*)(DIR*)> listing(::fdopendir(again), ::closedir);
  if (!listing) {
    const int problem = errno;
    ::close(again);
    return problem;
  }
  const dirent* entry = nullptr;
  while (errno = 0, (entry = ::readdir(listing.get())) != nullptr)
    if (const std::string_view name = entry->d_name; name != "." && name != "..")
      names.emplace_back(name);
  const int problem = errno;
  std::sort(names.begin(), names.end());
  return problem;
}

int remove_below(int folder, const std::string& name) {
  if (::unlinkat(folder, name.c_str(), 0) == 0 || errno == ENOENT) return 0;
  if (errno != EISDIR && errno != EPERM) return errno;  // EPERM: of a folder by POSIX
  std::vector<std::string> names;
  {
    const Descriptor inside(
        ::openat(folder, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!inside) return errno == ENOENT ? 0 : errno;  // another process removes it as well
    if (const int problem = list_names(inside.get(), names); problem != 0) return problem;
    for (const std::string& each : names)
      if (const int problem = remove_below(inside.get(), each); problem != 0) return problem;
  }
  return ::unlinkat(folder, name.c_str(), AT_REMOVEDIR) == 0 || errno == ENOENT ? 0 : errno;
}

}  // namespace sgilo
