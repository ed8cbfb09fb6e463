#include "sgilo/files/make_folder.h"

#include "sgilo/core/error.h"
#include "sgilo/files/file_problem.h"

namespace sgilo {

void make_folder(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error)
    throw Error(
        concat(path.string(), ": the folder cannot be made: ", file_problem(error.value())));
  if (!std::filesystem::is_directory(path))
    throw Error(concat(path.string(), ": the folder cannot be made: a file has this name"));
}

}  // namespace sgilo
