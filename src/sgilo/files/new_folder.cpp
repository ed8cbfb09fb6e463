#include "sgilo/files/new_folder.h"

#include <unistd.h>

#include "sgilo/core/error.h"
#include "sgilo/files/file_problem.h"
#include "sgilo/files/make_folder.h"

namespace sgilo {

namespace fs = std::filesystem;

void require_new_folder(const fs::path& target) {
  std::error_code ignored;
  if (fs::exists(target, ignored) &&
      !(fs::is_directory(target, ignored) && fs::is_empty(target, ignored)))
    throw ConfigError(
        concat(target.string(), ": is there already; name a folder that is not, or remove it"));
}

NewFolder::NewFolder(const fs::path& target)
    : target_((target / "").parent_path()) {  // without a slash at its end
  require_new_folder(target_);
  around_ = target_.parent_path() / concat(".partial-", ::getpid());
  path_ = around_ / target_.filename();
  make_folder(path_);
}

NewFolder::~NewFolder() {
  std::error_code ignored;
  fs::remove_all(around_, ignored);
}

void NewFolder::commit() {
  std::error_code error;
  fs::rename(path_, target_, error);
  if (error)
    throw Error(
        concat(target_.string(), ": the folder cannot be made: ", file_problem(error.value())));
  fs::remove(around_, error);
}

}  // namespace sgilo
