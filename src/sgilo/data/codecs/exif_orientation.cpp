#include "sgilo/data/codecs/exif_orientation.h"

#include <cstdint>
#include <optional>

namespace sgilo {
namespace {

using namespace std::string_view_literals;

std::optional<std::uint64_t> number(std::string_view bytes, std::uint64_t offset, int count,
                                    bool big_endian) {
  if (offset > bytes.size() || static_cast<std::uint64_t>(count) > bytes.size() - offset)
    return std::nullopt;
  std::uint64_t value = 0;
  for (int i = 0; i < count; ++i)
    value = value << 8 |
            static_cast<unsigned char>(
                bytes[offset + static_cast<std::uint64_t>(big_endian ? i : count - 1 - i)]);
  return value;
}

}  // namespace

// The data are a TIFF directory; orientation is its tag 274, one number of 16 bits (type 3).
int exif_orientation(std::string_view exif) {
  constexpr std::uint64_t kOrientation = 274, kShort = 3, kEntryBytes = 12;
  if (exif.starts_with("Exif\0\0"sv)) exif.remove_prefix(6);
  const bool big_endian = exif.starts_with("MM"sv);
  const auto start = number(exif, 4, 4, big_endian);
  if (!start || number(exif, 2, 2, big_endian) != 42) return 1;
  const std::uint64_t entries = number(exif, *start, 2, big_endian).value_or(0);
  for (std::uint64_t i = 0; i < entries; ++i) {
    const std::uint64_t entry = *start + 2 + kEntryBytes * i;
    const auto tag = number(exif, entry, 2, big_endian);
    if (!tag) return 1;
    if (*tag != kOrientation) continue;
    if (number(exif, entry + 2, 2, big_endian) != kShort) return 1;
    const std::uint64_t found = number(exif, entry + 8, 2, big_endian).value_or(1);
    return found >= 1 && found <= 8 ? static_cast<int>(found) : 1;
  }
  return 1;
}

}  // namespace sgilo
