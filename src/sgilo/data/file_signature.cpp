#include "sgilo/data/file_signature.h"

#include <array>

#include "sgilo/data/image_format.h"

namespace sgilo {
namespace {

using namespace std::string_view_literals;

bool has(std::string_view start, std::size_t offset, std::string_view sign) {
  return start.size() >= offset + sign.size() && start.substr(offset, sign.size()) == sign;
}

struct Sign {
  std::size_t offset;
  std::string_view bytes;
  FileKind kind;
  std::string_view name;
};

constexpr std::array kSigns{
    Sign{0, "GIF87a"sv, FileKind::image, "a GIF image"},
    Sign{0, "GIF89a"sv, FileKind::image, "a GIF image"},
    Sign{0, "\xff\x0a"sv, FileKind::image, "a JPEG XL image"},
    Sign{0, "\0\0\0\x0cJXL \r\n\x87\n"sv, FileKind::image, "a JPEG XL image"},
    Sign{0, "\0\0\0\x0cjP  \r\n\x87\n"sv, FileKind::image, "a JPEG 2000 image"},
    Sign{0, "\xff\x4f\xff\x51"sv, FileKind::image, "a JPEG 2000 image"},
    Sign{0, "8BPS"sv, FileKind::image, "a Photoshop image (PSD)"},
    Sign{0, "\x76\x2f\x31\x01"sv, FileKind::image, "an OpenEXR image"},
    Sign{0, "#?RADIANCE"sv, FileKind::image, "a Radiance HDR image"},
    Sign{0, "#?RGBE"sv, FileKind::image, "a Radiance HDR image"},
    Sign{0, "\0\0\1\0"sv, FileKind::foreign, "an icon (ICO)"},
    Sign{0, "qoif"sv, FileKind::image, "a QOI image"},
    Sign{0, "DDS "sv, FileKind::foreign, "a DDS texture"},
    Sign{0, "gimp xcf"sv, FileKind::image, "a GIMP image (XCF)"},
    Sign{0, "\x8aMNG"sv, FileKind::foreign, "an MNG animation"},
    Sign{0, "\x8bJNG"sv, FileKind::image, "a JNG image"},
    Sign{0, "SIMPLE  ="sv, FileKind::image, "a FITS image"},
    Sign{128, "DICM"sv, FileKind::foreign, "a DICOM file"},
    Sign{344, "n+1\0"sv, FileKind::foreign, "a NIfTI volume"},
    Sign{344, "ni1\0"sv, FileKind::foreign, "a NIfTI header"},
    Sign{4, "n+2\0\r\n"sv, FileKind::foreign, "a NIfTI volume"},
    Sign{0, "FUJIFILMCCD-RAW"sv, FileKind::image, "a camera's raw file (RAF)"},
    Sign{0, "IIRO"sv, FileKind::image, "a camera's raw file (ORF)"},
    Sign{0, "IIRS"sv, FileKind::image, "a camera's raw file (ORF)"},
    Sign{0, "MMOR"sv, FileKind::image, "a camera's raw file (ORF)"},
    Sign{0, "IIU\0"sv, FileKind::image, "a camera's raw file (RW2)"},
    Sign{6, "HEAPCCDR"sv, FileKind::image, "a camera's raw file (CRW)"},
    Sign{0, "FOVb"sv, FileKind::image, "a camera's raw file (X3F)"},
    Sign{0, "%PDF"sv, FileKind::foreign, "a PDF document"},
    Sign{0, "%!PS"sv, FileKind::foreign, "a PostScript document"},
    Sign{0, "\xc5\xd0\xd3\xc6"sv, FileKind::foreign, "a PostScript document"},
    Sign{0, "\x93NUMPY"sv, FileKind::array, "an array (npy)"},
    Sign{0, "\x89HDF"sv, FileKind::foreign, "an HDF5 file"},
    Sign{0, "PK\3\4"sv, FileKind::archive, "a zip archive"},
    Sign{0, "\x1f\x8b"sv, FileKind::compressed, "compressed by gzip"},
    Sign{0, "version https://git-lfs"sv, FileKind::lfs_pointer, "a pointer of Git LFS"},
    Sign{0, "BZh"sv, FileKind::compressed, "compressed by bzip2"},
    Sign{0, "\xfd\x37zXZ"sv, FileKind::compressed, "compressed by xz"},
    Sign{0, "\x28\xb5\x2f\xfd"sv, FileKind::compressed, "compressed by zstd"},
    Sign{0, "7z\xbc\xaf"sv, FileKind::archive, "an archive (7z)"},
    Sign{0, "Rar!"sv, FileKind::archive, "an archive (rar)"},
    Sign{257, "ustar"sv, FileKind::archive, "an archive (tar)"},
    Sign{0, "GGUF"sv, FileKind::foreign, "a GGUF file"},
    Sign{0, "MATLAB 5.0"sv, FileKind::foreign, "a file of MATLAB"},
    Sign{0, "\x7f\x45LF"sv, FileKind::foreign, "a program"},
    Sign{0, "SQLite format 3"sv, FileKind::foreign, "a database (SQLite)"},
};

// Files of ISO 14496-12, by their major brand.
std::optional<KnownFile> known_box(std::string_view start) {
  if (!has(start, 4, "ftyp")) return std::nullopt;
  if (has(start, 8, "avif") || has(start, 8, "avis"))
    return KnownFile{FileKind::image, "an AVIF image"};
  for (const std::string_view brand : {"heic", "heix", "hevc", "heim", "heis", "mif1", "msf1"})
    if (has(start, 8, brand)) {
      const bool avif = start.substr(0, 64).find("avif") != std::string_view::npos;
      return KnownFile{FileKind::image, avif ? "an AVIF image" : "a HEIC image"};
    }
  if (has(start, 8, "crx ")) return KnownFile{FileKind::image, "a camera's raw file (CR3)"};
  return KnownFile{FileKind::foreign, "a video"};
}

bool is_netpbm(std::string_view start) {
  return start.size() > 2 && start[0] == 'P' && start[1] >= '1' && start[1] <= '7' &&
         (start[2] == '\n' || start[2] == ' ' || start[2] == '\r' || start[2] == '\t' ||
          start[2] == '#');
}

}  // namespace

std::optional<KnownFile> known_file(std::string_view start) {
  if (image_format_of(start)) return std::nullopt;
  for (const Sign& sign : kSigns)
    if (has(start, sign.offset, sign.bytes)) return KnownFile{sign.kind, sign.name};
  if (has(start, 8, "CR\2"sv)) return KnownFile{FileKind::image, "a camera's raw file (CR2)"};
  if (has(start, 0, "RIFF")) return KnownFile{FileKind::foreign, "a sound or film (RIFF)"};
  if (has(start, 0, "BM") && has(start, 6, "\0\0\0\0"sv))
    return KnownFile{FileKind::image, "a BMP image"};
  if (is_netpbm(start)) return KnownFile{FileKind::image, "a Netpbm image (PPM, PGM or PBM)"};
  return known_box(start);
}

}  // namespace sgilo
