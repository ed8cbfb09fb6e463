#include "sgilo/data/image_format.h"

#include "sgilo/core/error.h"
#include "sgilo/data/file_signature.h"

namespace sgilo {
namespace {

using namespace std::string_view_literals;

bool has(std::string_view start, std::size_t offset, std::string_view sign) {
  return start.size() >= offset + sign.size() && start.substr(offset, sign.size()) == sign;
}

std::string_view text_format(std::string_view start) {
  if (start.starts_with("\xef\xbb\xbf"sv)) start.remove_prefix(3);
  const std::size_t first = start.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || start[first] != '<') return {};
  if (start.find("<svg") != std::string_view::npos) return "an SVG drawing";
  return "a page of HTML or XML";
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
  if (const auto known = known_file(start)) return known->name;
  return text_format(start);
}

std::string why_no_image(std::string_view start) {
  if (start.empty()) return "is empty";
  const std::string_view name = other_format_of(start);
  if (name.empty()) return "is no PNG, JPEG, WebP or TIFF image";
  return concat("is ", name, ", but PNG, JPEG, WebP and TIFF images are accepted");
}

}  // namespace sgilo
