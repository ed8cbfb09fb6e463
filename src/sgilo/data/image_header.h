// What an image file says about itself before anything is decoded: its format, size and
// orientation; and whether it is whole, since decoders return the missing part as grey.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

namespace sgilo {

enum class ImageFormat { png, jpeg, webp, tiff };

struct ImageHeader {
  ImageFormat format = ImageFormat::png;
  std::int64_t height = 0;  // as stored, before `orientation`
  std::int64_t width = 0;
  int orientation = 1;  // of EXIF, 1 to 8; 1 for TIFF, whose decoder applies it
  bool has_more_pages = false;
  bool is_premultiplied = false;  // decoded colours come multiplied by their opacity
};

// Reads the header of a whole file in memory. Throws FormatError, naming `path`, for other formats
// and truncated files.
ImageHeader read_image_header(std::string_view bytes, const std::filesystem::path& path);

}  // namespace sgilo
