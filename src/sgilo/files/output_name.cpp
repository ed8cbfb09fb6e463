#include "sgilo/files/output_name.h"

#include <algorithm>
#include <array>
#include <string>
#include <system_error>

#include "sgilo/core/error.h"

namespace sgilo {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 32> kEndings{
    ".png", ".jpg",  ".jpeg", ".webp", ".tif",         ".tiff", ".bmp", ".gif",
    ".svg", ".pdf",  ".csv",  ".tsv",  ".txt",         ".md",   ".log", ".json",
    ".xml", ".html", ".htm",  ".yaml", ".safetensors", ".npy",  ".npz", ".pt",
    ".pth", ".pkl",  ".ckpt", ".h5",   ".mat",         ".cfl",  ".zip", ".gz"};

// That of a known kind of file, in small letters; empty for any other name.
std::string file_ending(const fs::path& path) {
  std::string ending = path.extension().string();
  for (char& letter : ending)
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  return std::find(kEndings.begin(), kEndings.end(), ending) != kEndings.end() ? ending : "";
}

}  // namespace

void require_file_ending(std::string_view option, const fs::path& path,
                         const FileEndings& accepted) {
  const std::string ending = file_ending(path);
  if (ending.empty() || std::find(accepted.begin(), accepted.end(), ending) != accepted.end())
    return;
  throw ConfigError(concat(option, " must end in ",
                           join({accepted.begin(), accepted.end()}, " or "), ", but is ",
                           path.string()));
}

void require_folder_name(std::string_view option, const fs::path& path) {
  std::error_code none;
  if (file_ending(path).empty() || fs::is_directory(path, none)) return;
  throw ConfigError(concat(option, " must name a folder, but ", path.string(),
                           " ends as a file does; ", path.string(), "/ is a folder all the same"));
}

}  // namespace sgilo
