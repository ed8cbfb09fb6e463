#include "sgilo/data/image_format.h"

#include <array>

#include "sgilo/core/error.h"

namespace sgilo {
namespace {

using namespace std::string_view_literals;

bool has(std::string_view start, std::size_t offset, std::string_view sign) {
  return start.size() >= offset + sign.size() && start.substr(offset, sign.size()) == sign;
}

struct Sign {
  std::size_t offset;
  std::string_view bytes;
  std::string_view name;
};

constexpr std::array kSigns{
    Sign{0, "GIF87a"sv, "a GIF image"},
    Sign{0, "GIF89a"sv, "a GIF image"},
    Sign{0, "\xff\x0a"sv, "a JPEG XL image"},
    Sign{0, "\0\0\0\x0cJXL \r\n\x87\n"sv, "a JPEG XL image"},
    Sign{0, "\0\0\0\x0cjP  \r\n\x87\n"sv, "a JPEG 2000 image"},
    Sign{0, "\xff\x4f\xff\x51"sv, "a JPEG 2000 image"},
    Sign{0, "8BPS"sv, "a Photoshop image (PSD)"},
    Sign{0, "\x76\x2f\x31\x01"sv, "an OpenEXR image"},
    Sign{0, "#?RADIANCE"sv, "a Radiance HDR image"},
    Sign{0, "#?RGBE"sv, "a Radiance HDR image"},
    Sign{0, "\0\0\1\0"sv, "an icon (ICO)"},
    Sign{0, "qoif"sv, "a QOI image"},
    Sign{0, "DDS "sv, "a DDS texture"},
    Sign{0, "gimp xcf"sv, "a GIMP image (XCF)"},
    Sign{0, "\x8aMNG"sv, "an MNG animation"},
    Sign{0, "\x8bJNG"sv, "a JNG image"},
    Sign{0, "SIMPLE  ="sv, "a FITS image"},
    Sign{128, "DICM"sv, "a DICOM file"},
    Sign{344, "n+1\0"sv, "a NIfTI volume"},
    Sign{344, "ni1\0"sv, "a NIfTI header"},
    Sign{4, "n+2\0\r\n"sv, "a NIfTI volume"},
    Sign{0, "FUJIFILMCCD-RAW"sv, "a camera's raw file (RAF)"},
    Sign{0, "IIRO"sv, "a camera's raw file (ORF)"},
    Sign{0, "IIRS"sv, "a camera's raw file (ORF)"},
    Sign{0, "MMOR"sv, "a camera's raw file (ORF)"},
    Sign{0, "IIU\0"sv, "a camera's raw file (RW2)"},
    Sign{6, "HEAPCCDR"sv, "a camera's raw file (CRW)"},
    Sign{0, "FOVb"sv, "a camera's raw file (X3F)"},
    Sign{0, "%PDF-"sv, "a PDF document"},
    Sign{0, "%!PS"sv, "a PostScript document"},
    Sign{0, "\xc5\xd0\xd3\xc6"sv, "a PostScript document"},
    Sign{0, "\x93NUMPY"sv, "a NumPy array"},
    Sign{0, "\x89HDF\r\n\x1a\n"sv, "an HDF5 file"},
    Sign{0, "PK\3\4"sv, "a zip archive"},
    Sign{0, "\x1f\x8b"sv, "a gzip archive"},
};

// Files of ISO 14496-12, by their major brand.
std::string_view box_format(std::string_view start) {
  if (!has(start, 4, "ftyp")) return {};
  if (has(start, 8, "avif") || has(start, 8, "avis")) return "an AVIF image";
  for (const std::string_view brand : {"heic", "heix", "hevc", "heim", "heis", "mif1", "msf1"})
    if (has(start, 8, brand)) {
      const bool avif = start.substr(0, 64).find("avif") != std::string_view::npos;
      return avif ? "an AVIF image" : "a HEIC image";
    }
  if (has(start, 8, "crx ")) return "a camera's raw file (CR3)";
  return "a video";
}

std::string_view text_format(std::string_view start) {
  if (start.starts_with("\xef\xbb\xbf"sv)) start.remove_prefix(3);
  const std::size_t first = start.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || start[first] != '<') return {};
  if (start.find("<svg") != std::string_view::npos) return "an SVG drawing";
  return "a page of HTML or XML";
}

bool is_netpbm(std::string_view start) {
  return start.size() > 2 && start[0] == 'P' && start[1] >= '1' && start[1] <= '7' &&
         (start[2] == '\n' || start[2] == ' ' || start[2] == '\r' || start[2] == '\t' ||
          start[2] == '#');
}

}  // namespace

std::optional<ImageFormat> image_format_of(std::string_view start) {
  if (has(start, 0, "\x89PNG\r\n\x1a\n"sv)) return ImageFormat::png;
  if (has(start, 0, "\xff\xd8\xff"sv)) return ImageFormat::jpeg;
  if (has(start, 0, "RIFF") && has(start, 8, "WEBP")) return ImageFormat::webp;
  for (const std::string_view sign : {"II*\0"sv, "MM\0*"sv, "II+\0"sv, "MM\0+"sv})
    if (has(start, 0, sign) && !has(start, 8, "CR\2"sv)) return ImageFormat::tiff;
  return std::nullopt;
}

std::string_view other_format_of(std::string_view start) {
  if (image_format_of(start)) return {};
  for (const Sign& sign : kSigns)
    if (has(start, sign.offset, sign.bytes)) return sign.name;
  if (has(start, 8, "CR\2"sv)) return "a camera's raw file (CR2)";
  if (has(start, 0, "BM") && has(start, 6, "\0\0\0\0"sv)) return "a BMP image";
  if (is_netpbm(start)) return "a Netpbm image (PPM, PGM or PBM)";
  if (const std::string_view name = box_format(start); !name.empty()) return name;
  return text_format(start);
}

std::string why_no_image(std::string_view start) {
  if (start.empty()) return "is empty";
  const std::string_view name = other_format_of(start);
  if (name.empty()) return "is no PNG, JPEG, WebP or TIFF image";
  return concat("is ", name, ", but PNG, JPEG, WebP and TIFF images are accepted");
}

}  // namespace sgilo
