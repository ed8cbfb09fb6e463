#include "sgilo/files/new_folder.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <new>
#include <system_error>

#include "sgilo/core/error.h"
#include "sgilo/files/atomic_file.h"
#include "sgilo/files/file_problem.h"
#include "sgilo/files/leftovers.h"
#include "sgilo/files/make_folder.h"
#include "sgilo/files/writable.h"

namespace sgilo {

namespace fs = std::filesystem;

void require_new_folder(const fs::path& target) {
  std::error_code problem;
  if (const auto kind = fs::status(target, problem).type();
      kind != fs::file_type::not_found && kind != fs::file_type::none &&
      (kind != fs::file_type::directory || !fs::is_empty(target, problem)))
    throw ConfigError(
        concat(target.string(), ": is there already; name a folder that is not, or remove it"));
  require_writable_folder(target);
}

NewFolder::NewFolder(const fs::path& target)
    : target_((target / "").parent_path()) {  // without a slash at its end
  require_new_folder(target_);
  target_ = link_target(target_);
  const fs::path parent = target_.has_parent_path() ? target_.parent_path() : ".";
  make_folder(parent);
  const Descriptor beside(::open(parent.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!beside) fail(errno);
  remove_leftovers(beside.get());
  do {
    around_ = parent / temporary_name();
    path_ = around_ / target_.filename();
  } while (!made_and_locked());
}

// False where the name is taken, be it by a process that removes it as a leftover. Nothing in here
// throws between the making and the end but fail(), for which nothing stays.
bool NewFolder::made_and_locked() {
  if (::mkdir(around_.c_str(), 0777) != 0) {
    if (errno != EEXIST) fail(errno);
    return false;
  }
  lock_ = Descriptor(::open(around_.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (lock_ && !lock_temporary(lock_.get())) return false;
  if (lock_ && ::mkdir(path_.c_str(), 0777) == 0) return true;
  const int problem = errno;
  ::rmdir(around_.c_str());
  fail(problem);
}

NewFolder::~NewFolder() {
  try {
    std::error_code ignored;
    fs::remove_all(around_, ignored);
  } catch (const std::bad_alloc&) {  // the next one removes it
  }
}

void NewFolder::fail(int error_number) const {
  throw Error(
      concat(target_.string(), ": the folder cannot be made: ", file_problem(error_number)));
}

void NewFolder::commit() {
  if (::rename(path_.c_str(), target_.c_str()) != 0) fail(errno);
  std::error_code ignored;
  fs::remove(around_, ignored);
  const fs::path parent = target_.has_parent_path() ? target_.parent_path() : ".";
  const Descriptor beside(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (beside) ::fsync(beside.get());  // a file system that cannot do so is no failure
}

}  // namespace sgilo
