#include "sgilo/data/image_folder.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <system_error>

#include "sgilo/core/error.h"
#include "sgilo/files/file_problem.h"
#include "sgilo/files/standard_stream.h"

namespace sgilo {
namespace {

namespace fs = std::filesystem;

bool is_image_name(const fs::path& path) {
  static constexpr std::array<std::string_view, 6> kEndings{".png",  ".jpg", ".jpeg",
                                                            ".webp", ".tif", ".tiff"};
  if (path.filename().string().starts_with('.')) return false;
  std::string ending = path.extension().string();
  for (char& letter : ending)
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  return std::find(kEndings.begin(), kEndings.end(), ending) != kEndings.end();
}

}  // namespace

std::vector<fs::path> image_files(const std::vector<fs::path>& inputs) {
  std::vector<fs::path> files;
  for (const fs::path& input : inputs) {
    if (is_standard_stream(input)) {
      files.push_back(input);
      continue;
    }
    std::error_code error;
    if (!fs::exists(input, error))
      throw format_error(input,
                         concat("cannot be read: ", file_problem(error ? error.value() : ENOENT)));
    if (!fs::is_directory(input, error)) {
      files.push_back(input);
      continue;
    }
    std::vector<fs::path> found;
    fs::directory_iterator entries(input, error);
    if (error) throw format_error(input, concat("cannot be read: ", file_problem(error.value())));
    for (const fs::directory_entry& entry : entries)
      if (is_image_name(entry.path()) && !entry.is_directory(error)) found.push_back(entry.path());
    if (found.empty())
      throw format_error(input, "holds no image (.png, .jpg, .jpeg, .webp, .tif, .tiff)");
    std::sort(found.begin(), found.end());
    files.insert(files.end(), found.begin(), found.end());
  }
  return files;
}

}  // namespace sgilo
