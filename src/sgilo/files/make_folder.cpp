#include "sgilo/files/make_folder.h"

#include "sgilo/core/error.h"
#include "sgilo/files/file_problem.h"

namespace sgilo {

void make_folder(const std::filesystem::path& path) {
  std::error_code error;
  if (std::filesystem::exists(path, error) && !std::filesystem::is_directory(path))
    throw Error(concat(path.string(), ": the folder cannot be made: a file has this name"));
  std::filesystem::create_directories(path, error);
  if (error)
    throw Error(
        concat(path.string(), ": the folder cannot be made: ", file_problem(error.value())));
}

void remove_folder(const std::filesystem::path& path) {
  const auto leaving = path.parent_path() / ".removed";
  std::filesystem::remove_all(leaving);
  if (!std::filesystem::exists(path)) return;
  std::filesystem::rename(path, leaving);
  std::filesystem::remove_all(leaving);
}

}  // namespace sgilo
