#include "sgilo/files/make_folder.h"

#include <fcntl.h>

#include <cerrno>
#include <system_error>

#include "sgilo/core/error.h"
#include "sgilo/core/escape.h"
#include "sgilo/files/descriptor.h"
#include "sgilo/files/file_problem.h"
#include "sgilo/files/leftovers.h"
#include "sgilo/files/listing.h"

namespace sgilo {

namespace fs = std::filesystem;

void make_folder(const fs::path& path) {
  const auto fail = [&](const std::string& why) {
    throw Error(concat(escaped(path.native()), ": the folder cannot be made: ", why));
  };
  if (has_zero_byte(path)) fail(kZeroByte);
  std::error_code error;
  const fs::file_type kind = fs::status(path, error).type();
  if (kind == fs::file_type::directory) return;
  if (kind == fs::file_type::none) fail(file_problem(error.value()));
  if (kind != fs::file_type::not_found) fail("a file has this name");
  fs::create_directories(path, error);
  if (error) fail(file_problem(error.value()));
}

void remove_folder(const fs::path& path) {
  const auto fail = [&](int problem) {
    throw Error(concat(path.string(), ": cannot be removed: ", file_problem(problem)));
  };
  const fs::path parent = path.has_parent_path() ? path.parent_path() : ".";
  const Descriptor around(::open(parent.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!around && errno == ENOENT) return;
  if (!around) fail(errno);
  remove_leftovers(around.get());
  const std::string leaving = temporary_name();
  if (::renameat(around.get(), path.filename().c_str(), around.get(), leaving.c_str()) != 0) {
    if (errno == ENOENT) return;
    fail(errno);
  }
  if (const int problem = remove_below(around.get(), leaving); problem != 0) fail(problem);
}

}  // namespace sgilo
