#include "sgilo/files/file_problem.h"

#include <cerrno>
#include <system_error>

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
    default:
      return "the system reports '" + std::generic_category().message(error_number) + "'";
  }
}

FormatError format_error(const std::filesystem::path& path, std::string_view text) {
  return FormatError(concat(is_standard_stream(path) ? "stdin" : path.string(), ": ", text));
}

}  // namespace sgilo
