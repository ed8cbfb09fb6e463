#include "sgilo/files/file_kind.h"

#include <algorithm>
#include <array>
#include <cctype>

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

struct Magic {
  std::size_t at;
  std::string_view bytes;
  FileKind kind;
  std::string_view words;
};
using namespace std::string_view_literals;
constexpr std::array<Magic, 36> kMagics{{
    {0, "\x89PNG\r\n"sv, FileKind::image, "an image (PNG)"},
    {0, "\xff\xd8\xff"sv, FileKind::image, "an image (JPEG)"},
    {8, "WEBP"sv, FileKind::image, "an image (WebP)"},
    {0, "II*\0"sv, FileKind::image, "an image (TIFF)"},
    {0, "MM\0*"sv, FileKind::image, "an image (TIFF)"},
    {0, "II+\0"sv, FileKind::image, "an image (BigTIFF)"},
    {0, "MM\0+"sv, FileKind::image, "an image (BigTIFF)"},
    {0, "GIF8"sv, FileKind::image, "an image (GIF)"},
    {0, "8BPS"sv, FileKind::image, "an image (Photoshop)"},
    {4, "ftypheic"sv, FileKind::image, "an image (HEIC)"},
    {4, "ftypheix"sv, FileKind::image, "an image (HEIC)"},
    {4, "ftypmif1"sv, FileKind::image, "an image (HEIF)"},
    {4, "ftypavif"sv, FileKind::image, "an image (AVIF)"},
    {0, "\0\0\0\x0cjP  "sv, FileKind::image, "an image (JPEG 2000)"},
    {0, "v/1\x01"sv, FileKind::image, "an image (OpenEXR)"},
    {0, "\x93NUMPY"sv, FileKind::array, "an array (npy)"},
    {0, "version https://git-lfs"sv, FileKind::lfs_pointer, "a pointer of Git LFS"},
    {0, "\x1f\x8b"sv, FileKind::compressed, "compressed by gzip"},
    {0, "BZh"sv, FileKind::compressed, "compressed by bzip2"},
    {0,
     "\xfd"
     "7zXZ"sv,
     FileKind::compressed, "compressed by xz"},
    {0, "\x28\xb5\x2f\xfd"sv, FileKind::compressed, "compressed by zstd"},
    {0, "7z\xbc\xaf"sv, FileKind::archive, "an archive (7z)"},
    {0, "Rar!"sv, FileKind::archive, "an archive (rar)"},
    {257, "ustar"sv, FileKind::archive, "an archive (tar)"},
    {0, "\x89HDF"sv, FileKind::foreign, "an HDF5 file"},
    {0, "GGUF"sv, FileKind::foreign, "a GGUF file"},
    {0, "MATLAB 5.0"sv, FileKind::foreign, "a file of MATLAB"},
    {0, "%PDF"sv, FileKind::foreign, "a PDF file"},
    {128, "DICM"sv, FileKind::foreign, "a DICOM file"},
    {0, "SIMPLE  ="sv, FileKind::foreign, "a FITS file"},
    {0,
     "\x7f"
     "ELF"sv,
     FileKind::foreign, "a program"},
    {4, "ftypisom"sv, FileKind::foreign, "a film (MP4)"},
    {4, "ftypmp4"sv, FileKind::foreign, "a film (MP4)"},
    {4, "ftypqt"sv, FileKind::foreign, "a film (QuickTime)"},
    {0, "RIFF"sv, FileKind::foreign, "a sound or film (RIFF)"},
    {0, "SQLite format 3"sv, FileKind::foreign, "a database (SQLite)"},
}};

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
  if (body.size() > 2 && body[0] == 'P' && body[1] >= '1' && body[1] <= '7' &&
      std::isspace(static_cast<unsigned char>(body[2])) != 0)
    return {FileKind::image, "an image (PNM)"};
  if (body[0] == '{' || (body[0] == '[' && body.find_first_of("{\"],") != body.npos))
    return {FileKind::json, "a JSON text"};
  if (may_be_old_pickle(body)) return {};
  return {FileKind::text, "a text"};
}

Found kind_of_bytes(std::string_view start, std::uint64_t size) {
  for (const Magic& magic : kMagics)
    if (start.size() >= magic.at && start.substr(magic.at).starts_with(magic.bytes))
      return {magic.kind, std::string(magic.words)};
  if (start.starts_with("PK\x03\x04")) return zip_kind(start);
  if (start.size() > 8 && start[8] == '{' && little_endian(start) <= size - 8) {
    if (start.find("sgilo measurement") != start.npos)
      return {FileKind::measurement, "a measurement (safetensors)"};
    return {FileKind::safetensors, "a safetensors file"};
  }
  if (start.starts_with("\x80") && start.size() > 1 && start[1] >= 1 && start[1] <= 5)
    return {FileKind::weights, "a pickle, as PyTorch and NVIDIA's programs write weights"};
  if (start.starts_with("BM") && start.size() > 26 && start.substr(6, 4) == "\0\0\0\0"sv)
    return {FileKind::image, "an image (BMP)"};
  if (!start.empty() && is_text(start)) return text_kind(start);
  if (start.starts_with("P5") || start.starts_with("P6") || start.starts_with("P7"))
    if (start.size() > 2 && std::isspace(static_cast<unsigned char>(start[2])) != 0)
      return {FileKind::image, "an image (PNM)"};
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
