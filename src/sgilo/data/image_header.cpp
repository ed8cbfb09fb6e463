#include "sgilo/data/image_header.h"

#include <vector>

#include "sgilo/core/error.h"
#include "sgilo/files/file_problem.h"

namespace sgilo {
namespace {

using namespace std::string_view_literals;

// Numbers at positions of a text, checked.
class Bytes {
 public:
  Bytes(std::string_view bytes, const std::filesystem::path& path) : bytes_(bytes), path_(path) {}

  std::uint64_t size() const { return bytes_.size(); }
  const std::filesystem::path& path() const { return path_; }
  std::string_view part(std::uint64_t offset, std::uint64_t count) const {
    if (offset > size() || count > size() - offset)
      throw format_error(path_, concat("is truncated: it ends at byte ", size(),
                                       ", before the end of the picture"));
    return bytes_.substr(offset, count);
  }
  std::uint64_t big(std::uint64_t offset, int count) const {
    std::uint64_t value = 0;
    for (const char byte : part(offset, count))
      value = value << 8 | static_cast<unsigned char>(byte);
    return value;
  }
  std::uint64_t little(std::uint64_t offset, int count) const {
    std::uint64_t value = 0;
    const std::string_view digits = part(offset, count);
    for (int i = count - 1; i >= 0; --i) value = value << 8 | static_cast<unsigned char>(digits[i]);
    return value;
  }

 private:
  std::string_view bytes_;
  const std::filesystem::path& path_;
};

// The first directory of a TIFF file; EXIF data has the same form.
class TiffDirectory {
 public:
  explicit TiffDirectory(const Bytes& bytes)
      : bytes_(bytes), big_endian_(bytes.part(0, 2) == "MM"sv) {
    if (number(2, 2) != 42)
      throw format_error(bytes.path(), "is a BigTIFF file, which is not read");
    start_ = number(4, 4);
    entries_ = number(start_, 2);
  }

  // All numbers of a tag (bytes, 16 or 32 bits); empty when it is absent or of another type.
  std::vector<std::uint64_t> numbers(std::uint64_t tag) const {
    std::vector<std::uint64_t> result;
    for (std::uint64_t i = 0; i < entries_; ++i) {
      const std::uint64_t entry = start_ + 2 + 12 * i;
      if (number(entry, 2) != tag) continue;
      const std::uint64_t type = number(entry + 2, 2);
      const int width = type == 1 ? 1 : type == 3 ? 2 : type == 4 ? 4 : 0;
      if (width == 0) return {};
      const std::uint64_t count = number(entry + 4, 4);
      const std::uint64_t at = count * width <= 4 ? entry + 8 : number(entry + 8, 4);
      bytes_.part(at, count * width);
      for (std::uint64_t k = 0; k < count; ++k) result.push_back(number(at + k * width, width));
      break;
    }
    return result;
  }
  std::uint64_t first_number(std::uint64_t tag, std::uint64_t otherwise) const {
    const std::vector<std::uint64_t> all = numbers(tag);
    return all.empty() ? otherwise : all.front();
  }
  bool has_next() const { return number(start_ + 2 + 12 * entries_, 4) != 0; }

 private:
  std::uint64_t number(std::uint64_t offset, int count) const {
    return big_endian_ ? bytes_.big(offset, count) : bytes_.little(offset, count);
  }

  const Bytes& bytes_;
  bool big_endian_;
  std::uint64_t start_ = 0;
  std::uint64_t entries_ = 0;
};

constexpr std::string_view kExifPrefix = "Exif\0\0"sv;

// Damaged EXIF data says nothing about the picture itself, which is then read as it is stored.
int exif_orientation(std::string_view exif, const std::filesystem::path& path) {
  if (exif.starts_with(kExifPrefix)) exif.remove_prefix(kExifPrefix.size());
  try {
    const Bytes bytes(exif, path);
    const std::uint64_t orientation = TiffDirectory(bytes).first_number(274, 1);
    return orientation >= 1 && orientation <= 8 ? static_cast<int>(orientation) : 1;
  } catch (const FormatError&) {
    return 1;
  }
}

ImageHeader png_header(const Bytes& bytes) {
  ImageHeader header{.format = ImageFormat::png};
  for (std::uint64_t position = 8;;) {
    const std::uint64_t length = bytes.big(position, 4);
    const std::string_view type = bytes.part(position + 4, 4);
    const std::string_view data = bytes.part(position + 8, length);
    bytes.part(position + 8 + length, 4);  // the chunk's check sum
    if (type == "IHDR") {
      header.width = static_cast<std::int64_t>(bytes.big(position + 8, 4));
      header.height = static_cast<std::int64_t>(bytes.big(position + 12, 4));
    } else if (type == "eXIf") {
      header.orientation = exif_orientation(data, bytes.path());
    } else if (type == "IEND") {
      return header;
    }
    position += 12 + length;
  }
}

// Walks over the segments up to the marker of the end. Inside the compressed data a byte 0xff is
// followed by 0, or by one of the restart markers d0 to d7.
ImageHeader jpeg_header(const Bytes& bytes) {
  ImageHeader header{.format = ImageFormat::jpeg};
  for (std::uint64_t position = 2;;) {
    while (bytes.big(position, 1) != 0xff) ++position;
    while (bytes.big(position, 1) == 0xff) ++position;
    const std::uint64_t marker = bytes.big(position++, 1);
    if (marker == 0xd9) return header;
    if (marker <= 0x01 || (marker >= 0xd0 && marker <= 0xd8)) continue;
    const std::uint64_t length = bytes.big(position, 2);
    if (length < 2) throw format_error(bytes.path(), "is a damaged JPEG file");
    const std::string_view segment = bytes.part(position, length);
    const bool is_frame =
        marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
    if (is_frame) {
      header.height = static_cast<std::int64_t>(bytes.big(position + 3, 2));
      header.width = static_cast<std::int64_t>(bytes.big(position + 5, 2));
    } else if (marker == 0xe1 && segment.substr(2).starts_with(kExifPrefix)) {
      header.orientation = exif_orientation(segment.substr(2), bytes.path());
    }
    position += length;
  }
}

ImageHeader webp_header(const Bytes& bytes) {
  ImageHeader header{.format = ImageFormat::webp};
  const std::uint64_t end = 8 + bytes.little(4, 4);
  bytes.part(0, end);
  const std::string_view first = bytes.part(12, 4);
  if (first == "VP8X") {
    constexpr std::uint64_t kAnimated = 2;
    if (bytes.little(20, 1) & kAnimated)
      throw format_error(bytes.path(), "is an animated WebP file, which is not read");
    header.width = static_cast<std::int64_t>(bytes.little(24, 3) + 1);
    header.height = static_cast<std::int64_t>(bytes.little(27, 3) + 1);
  } else if (first == "VP8L") {
    const std::uint64_t sizes = bytes.little(21, 4);
    header.width = static_cast<std::int64_t>((sizes & 0x3fff) + 1);
    header.height = static_cast<std::int64_t>((sizes >> 14 & 0x3fff) + 1);
  } else {
    header.width = static_cast<std::int64_t>(bytes.little(26, 2) & 0x3fff);
    header.height = static_cast<std::int64_t>(bytes.little(28, 2) & 0x3fff);
  }
  for (std::uint64_t position = 12; position + 8 <= end;) {
    const std::uint64_t length = bytes.little(position + 4, 4);
    if (bytes.part(position, 4) == "EXIF")
      header.orientation = exif_orientation(bytes.part(position + 8, length), bytes.path());
    position += 8 + length + length % 2;
  }
  return header;
}

ImageHeader tiff_header(const Bytes& bytes) {
  const TiffDirectory directory(bytes);
  ImageHeader header{.format = ImageFormat::tiff};
  header.width = static_cast<std::int64_t>(directory.first_number(256, 0));
  header.height = static_cast<std::int64_t>(directory.first_number(257, 0));
  header.has_more_pages = directory.has_next();
  const bool is_wide = directory.first_number(258, 1) == 16;
  // Tag 338 says what the fourth sample is: 1 opacity with colours multiplied by it, 2 opacity
  // with plain colours, which the decoder then multiplies when they have 8 bits.
  const std::uint64_t fourth_sample = directory.first_number(338, 0);
  header.is_premultiplied = fourth_sample == 1 || (fourth_sample == 2 && !is_wide);
  if (is_wide && directory.first_number(262, 1) == 0)
    throw format_error(bytes.path(), "is a 16-bit TIFF file whose 0 is white, which is not read");
  for (const auto& [offset_tag, length_tag] : {std::pair{273, 279}, std::pair{324, 325}}) {
    const std::vector<std::uint64_t> offsets = directory.numbers(offset_tag);
    const std::vector<std::uint64_t> lengths = directory.numbers(length_tag);
    for (std::size_t i = 0; i < offsets.size() && i < lengths.size(); ++i)
      bytes.part(offsets[i], lengths[i]);
  }
  return header;
}

}  // namespace

ImageHeader read_image_header(std::string_view text, const std::filesystem::path& path) {
  const Bytes bytes(text, path);
  if (text.starts_with("\x89PNG\r\n\x1a\n"sv)) return png_header(bytes);
  if (text.starts_with("\xff\xd8\xff"sv)) return jpeg_header(bytes);
  if (text.starts_with("RIFF"sv) && text.size() >= 12 && text.substr(8).starts_with("WEBP"sv))
    return webp_header(bytes);
  if (text.starts_with("II*\0"sv) || text.starts_with("MM\0*"sv) || text.starts_with("II+\0"sv) ||
      text.starts_with("MM\0+"sv))
    return tiff_header(bytes);
  throw format_error(path, text.empty() ? "is empty" : "is no PNG, JPEG, WebP or TIFF image");
}

}  // namespace sgilo
