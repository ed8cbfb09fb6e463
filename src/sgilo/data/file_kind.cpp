#include "sgilo/data/file_kind.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "sgilo/data/image_format.h"
#include "sgilo/files/file_problem.h"
#include "sgilo/files/input_file.h"
#include "sgilo/files/standard_stream.h"

namespace sgilo {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kStart = 1 << 16;  // bytes that are looked at

struct Found {
  FileKind kind = FileKind::unknown;
  std::string words = {};  // "an image (PNG)"
};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

std::uint64_t little_endian(std::string_view start) {
  std::uint64_t number = 0;
  for (std::size_t i = 8; i-- > 0;) number = number << 8 | static_cast<unsigned char>(start[i]);
  return number;
}

// The header of PyTorch's zip archives, npz and others: by the names of the first records.
Found zip_kind(std::string_view start) {
  constexpr std::size_t kName = 30;  // of the first record begins here
  if (start.size() < kName) return {};
  const std::size_t length = static_cast<unsigned char>(start[26]) |
                             static_cast<std::size_t>(static_cast<unsigned char>(start[27])) << 8;
  const std::string_view name = start.substr(kName, length);
  if (name.ends_with(".npy")) return {FileKind::array, "arrays (npz)"};
  if (start.find("/data.pkl") != start.npos || start.find("/data/") != start.npos ||
      start.find("/version") != start.npos || start.find("/byteorder") != start.npos ||
      start.find("/constants.pkl") != start.npos || start.find(".storage") != start.npos)
    return {FileKind::weights, "a file of PyTorch (zip)"};
  return {};  // the reader says what is in it
}

bool is_text(std::string_view start) {
  return std::none_of(start.begin(), start.end(), [](char c) {
    return static_cast<unsigned char>(c) < ' ' && c != '\n' && c != '\r' && c != '\t';
  });
}

// A pickle of protocol 0 is a text too: "(dp0\n", "cmodule\nname\n".
bool may_be_old_pickle(std::string_view start) {
  constexpr std::string_view kFirst = "(]})}lcd";
  return kFirst.find(start[0]) != kFirst.npos && !start.starts_with("d ") &&
         start.substr(0, 64).find(' ') == start.npos;
}

Found text_kind(std::string_view start) {
  const std::size_t first = start.find_first_not_of(" \n\r\t\xef\xbb\xbf");
  if (first == start.npos) return {};
  const std::string_view body = start.substr(first);
  if (body.starts_with("# Dimensions")) return {FileKind::array, "an array (hdr of BART)"};
  const std::string head = lower(body.substr(0, 512));
  if (head.starts_with("<!doctype html") || head.starts_with("<html") ||
      (head.starts_with("<") && head.find("<html") != head.npos))
    return {FileKind::web_page, "a web page"};
  if (head.starts_with("<?xml") || head.starts_with("<svg"))
    return {head.find("<svg") != head.npos ? FileKind::foreign : FileKind::text,
            head.find("<svg") != head.npos ? "a drawing (SVG)" : "an XML text"};
  if (body[0] == '{' || (body[0] == '[' && body.find_first_of("{\"],") != body.npos))
    return {FileKind::json, "a JSON text"};
  if (may_be_old_pickle(body)) return {};
  return {FileKind::text, "a text"};
}

Found kind_of_bytes(std::string_view start, std::uint64_t size) {
  if (const auto format = image_format_of(start)) {
    constexpr std::array kNames{"PNG", "JPEG", "WebP", "TIFF"};
    return {FileKind::image, concat("an image (", kNames[static_cast<std::size_t>(*format)], ")")};
  }
  if (start.starts_with("PK\x03\x04")) return zip_kind(start);
  if (const auto known = known_file(start)) return {known->kind, std::string(known->name)};
  if (start.size() > 8 && start[8] == '{' && little_endian(start) <= size - 8) {
    if (start.find("sgilo measurement") != start.npos)
      return {FileKind::measurement, "a measurement (safetensors)"};
    return {FileKind::safetensors, "a safetensors file"};
  }
  if (start.starts_with("\x80") && start.size() > 1 && start[1] >= 1 && start[1] <= 5)
    return {FileKind::weights, "a pickle, as PyTorch and NVIDIA's programs write weights"};
  if (!start.empty() && is_text(start)) return text_kind(start);
  return {};
}

bool says(const fs::path& file, std::string_view text) {
  try {
    const InputFile input(file);
    std::string start(std::min(input.size(), kStart), '\0');
    input.read_at(0, start.data(), start.size());
    return start.find(text) != start.npos;
  } catch (const Error&) {
    return false;
  }
}

Found found_in(const fs::path& path) {
  std::error_code problem;
  if (is_standard_stream(path)) return {};
  const fs::file_status status = fs::status(path, problem);
  if (fs::is_directory(status)) {
    const bool model = fs::is_regular_file(path / "model.json", problem) &&
                       says(path / "model.json", "sgilo model");
    if (model) return {FileKind::model_folder, "a model folder"};
    if (fs::is_regular_file(path / "manifest.json", problem) &&
        says(path / "manifest.json", "sgilo run"))
      return {FileKind::run_folder, "the folder of a run"};
    return {FileKind::folder, "a folder"};
  }
  if (!fs::is_regular_file(status)) return {};
  try {
    const InputFile input(path);
    std::string start(std::min(input.size(), kStart), '\0');
    input.read_at(0, start.data(), start.size());
    return kind_of_bytes(start, input.size());
  } catch (const Error&) {
    return {};
  }
}

// What to do with it, with an example.
std::string way_on(FileKind kind, const fs::path& path) {
  const std::string name = path.string(), stem = path.stem().string();
  switch (kind) {
    case FileKind::image:
      return concat("measure it first, for example: sgilo measure ", name, " -o ", stem,
                    ".safetensors");
    case FileKind::measurement:
      return concat("solve takes it, for example: sgilo solve ", name, " -o run");
    case FileKind::safetensors:
    case FileKind::weights:
    case FileKind::array:
      return concat("what is in it says: sgilo info ", name);
    case FileKind::json:
      return "options in JSON go behind --config";
    case FileKind::web_page:
      return "the download failed: fetch the file itself";
    case FileKind::lfs_pointer:
      return "fetch the file itself with: git lfs pull";
    case FileKind::compressed:
      return "decompress it first";
    case FileKind::archive:
      return "unpack it first";
    case FileKind::run_folder:
      return concat("compare takes it, for example: sgilo compare ", name,
                    " --reference FILE; solve --resume ", name, " goes on with it");
    case FileKind::model_folder:
      return concat("solve, sample and others take it as --model ", name);
    default:
      return {};
  }
}

}  // namespace

FileKind file_kind(const fs::path& path) { return found_in(path).kind; }

void require_kind(const fs::path& path, std::string_view taker,
                  std::initializer_list<FileKind> accepted) {
  const Found found = found_in(path);
  if (found.kind == FileKind::unknown ||
      std::find(accepted.begin(), accepted.end(), found.kind) != accepted.end())
    return;
  const std::string further = way_on(found.kind, path);
  throw format_error(path, concat("is ", found.words, ", but ", taker,
                                  further.empty() ? "" : concat("; ", further)));
}

void require_weights_file(const fs::path& path, std::string_view taker) {
  require_kind(path, taker,
               {FileKind::weights, FileKind::safetensors, FileKind::measurement, FileKind::array});
}

}  // namespace sgilo
