#include "sgilo/files/new_folder.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>

#include "sgilo/core/error.h"
#include "sgilo/files/file_problem.h"
#include "sgilo/files/leftovers.h"
#include "sgilo/files/make_folder.h"

namespace sgilo {

namespace fs = std::filesystem;

void require_new_folder(const fs::path& target) {
  std::error_code problem;
  const fs::file_type kind = fs::status(target, problem).type();
  if (kind == fs::file_type::not_found) return;
  if (kind == fs::file_type::none)
    throw ConfigError(concat(target.string(), ": the folder cannot be made: ",
                             file_problem(problem.value())));
  if (kind != fs::file_type::directory || !fs::is_empty(target, problem))
    throw ConfigError(
        concat(target.string(), ": is there already; name a folder that is not, or remove it"));
}

NewFolder::NewFolder(const fs::path& target)
    : target_((target / "").parent_path()) {  // without a slash at its end
  require_new_folder(target_);
  std::error_code problem;
  if (fs::is_symlink(target_, problem)) target_ = fs::weakly_canonical(target_, problem);
  if (target_.empty()) fail(problem.value());
  const fs::path parent = target_.has_parent_path() ? target_.parent_path() : ".";
  make_folder(parent);
  const Descriptor beside(::open(parent.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!beside) fail(errno);
  remove_leftovers(beside.get(), parent);
  do {
    around_ = parent / temporary_name();
    if (::mkdir(around_.c_str(), 0777) != 0) {
      if (errno == EEXIST) continue;
      fail(errno);
    }
    lock_ = Descriptor(::open(around_.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  } while (!lock_ || !lock_temporary(lock_.get()));
  path_ = around_ / target_.filename();
  make_folder(path_);
}

NewFolder::~NewFolder() {
  std::error_code ignored;
  fs::remove_all(around_, ignored);
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
