#include "sgilo/files/file_problem.h"

#include <cerrno>
#include <system_error>

#include "sgilo/core/escape.h"
#include "sgilo/files/standard_stream.h"

namespace sgilo {

std::string file_problem(int error_number) {
  switch (error_number) {
    case ENOSPC:
      return "the disk is full";
    case EDQUOT:
      return "the disk quota is used up";
    case EFBIG:
      return "the file would exceed the size that the system allows";
    case ENOENT:
      return "there is no such file or folder";
    case EACCES:
    case EPERM:
      return "permission is denied";
    case EROFS:
      return "the file system is read-only";
    case ENOTDIR:
      return "a part of the path is not a folder";
    case EISDIR:
      return "it is a folder";
    case EEXIST:
      return "something else has this name";
    case EBADF:
      return "it is closed";
    case ELOOP:
      return "its symbolic links lead back to each other";
    case ENAMETOOLONG:
      return "the path, or a name in it, is longer than the system allows";
    case EMFILE:
    case ENFILE:
      return "too many files are open";
    case ENOMEM:
      return "the memory does not suffice";
    default:
      return "the system reports '" + std::generic_category().message(error_number) + "'";
  }
}

bool has_zero_byte(const std::filesystem::path& path) {
  return path.native().find('\0') != std::string::npos;
}

FormatError format_error(const std::filesystem::path& path, std::string_view text) {
  return FormatError(
      escaped(concat(is_standard_stream(path) ? "stdin" : path.string(), ": ", text)));
}

}  // namespace sgilo
