#include "sgilo/files/writable.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "sgilo/core/error.h"
#include "sgilo/core/escape.h"
#include "sgilo/files/atomic_file.h"
#include "sgilo/files/file_problem.h"
#include "sgilo/files/standard_stream.h"

namespace sgilo {
namespace {

namespace fs = std::filesystem;

ConfigError refused(const fs::path& path, const char* what, const std::string& why) {
  return ConfigError(concat(escaped(path.native()), what, why));
}

constexpr const char *kNotWritten = ": cannot be written: ",
                     *kNotMade = ": the folder cannot be made: ";

// What has the path, links followed; throws where the system does not say.
fs::file_type kind_of(const fs::path& path, const char* what) {
  if (has_zero_byte(path)) throw refused(path, what, kZeroByte);
  std::error_code problem;
  const fs::file_type kind = fs::status(path, problem).type();
  if (kind == fs::file_type::none) throw refused(path, what, file_problem(problem.value()));
  return kind;
}

int access_problem(const fs::path& path, int mode) {
  return ::faccessat(AT_FDCWD, path.c_str(), mode, AT_EACCESS) == 0 ? 0 : errno;
}

fs::path folder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

}  // namespace

void require_writable_file(const fs::path& path) {
  if (is_standard_stream(path)) return;
  const auto require = [&](int problem) {
    if (problem != 0) throw refused(path, kNotWritten, file_problem(problem));
  };
  const fs::file_type kind = kind_of(path, kNotWritten);
  if (kind == fs::file_type::fifo || kind == fs::file_type::character)
    return require(access_problem(path, W_OK));
  if (kind == fs::file_type::directory) require(EISDIR);
  if (kind != fs::file_type::regular && kind != fs::file_type::not_found)
    throw refused(path, kNotWritten, "it is not a regular file");
  const fs::path folder = folder_of(link_target(path));
  if (kind_of(folder, kNotWritten) == fs::file_type::not_found &&
      access_problem(folder, F_OK) == ENOENT)
    throw ConfigError(
        concat(path.string(), ": cannot be written, there is no folder ", folder.string()));
  if (!path.has_filename()) require(EISDIR);
  require(access_problem(folder / "", W_OK | X_OK));
}

void require_writable_folder(const fs::path& path) {
  const fs::file_type kind = kind_of(path, kNotMade);
  if (kind == fs::file_type::not_found) {
    fs::path above = folder_of((path / "").parent_path());
    while (kind_of(above, kNotMade) == fs::file_type::not_found &&
           access_problem(above, F_OK) == ENOENT && above != folder_of(above))
      above = folder_of(above);
    if (const int problem = access_problem(above / "", W_OK | X_OK); problem != 0)
      throw refused(path, kNotMade, file_problem(problem));
  } else if (kind != fs::file_type::directory) {
    throw refused(path, kNotMade, "a file has this name");
  } else if (const int problem = access_problem(path, W_OK | X_OK); problem != 0) {
    throw refused(path, kNotWritten, file_problem(problem));
  }
}

}  // namespace sgilo
