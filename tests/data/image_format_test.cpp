#include "sgilo/data/image_format.h"

#include <gtest/gtest.h>

namespace sgilo {
namespace {

using namespace std::string_view_literals;

std::string at(std::size_t offset, std::string_view sign) {
  return std::string(offset, '\0') + std::string(sign);
}

TEST(ImageFormat, NamesWhatIsNotRead) {
  const std::pair<std::string, std::string_view> cases[]{
      {"GIF89a", "a GIF image"},
      {std::string("BM\x46\0\0\0\0\0\0\0", 10), "a BMP image"},
      {std::string("\0\0\0\x1c"
                   "ftypavif",
                   12),
       "an AVIF image"},
      {std::string("\0\0\0\x1c"
                   "ftypmif1\0\0\0\0heic",
                   20),
       "a HEIC image"},
      {std::string("\0\0\0\x1c"
                   "ftypmif1\0\0\0\0avif",
                   20),
       "an AVIF image"},
      {std::string("\0\0\0\x18"
                   "ftypcrx ",
                   12),
       "a camera's raw file (CR3)"},
      {std::string("\0\0\0\x18"
                   "ftypisom",
                   12),
       "a video"},
      {"\xff\x0a", "a JPEG XL image"},
      {std::string("\0\0\0\x0cJXL \r\n\x87\n", 12), "a JPEG XL image"},
      {"8BPS", "a Photoshop image (PSD)"},
      {"\x76\x2f\x31\x01", "an OpenEXR image"},
      {at(128, "DICM"), "a DICOM file"},
      {at(344, "n+1\0"sv), "a NIfTI volume"},
      {std::string("II*\0\x10\0\0\0CR\2\0", 12), "a camera's raw file (CR2)"},
      {"FUJIFILMCCD-RAW 0201", "a camera's raw file (RAF)"},
      {"%PDF-1.7", "a PDF document"},
      {"<?xml version=\"1.0\"?>\n<svg width=\"1\">", "an SVG drawing"},
      {"<!DOCTYPE html><html>", "a page of HTML or XML"},
      {"P6\n4 4\n255\n", "a Netpbm image (PPM, PGM or PBM)"},
      {"\x93NUMPY\x01", "an array (npy)"},
      {"PK\3\4", "a zip archive"}};
  for (const auto& [bytes, name] : cases) {
    EXPECT_EQ(other_format_of(bytes), name);
    EXPECT_FALSE(image_format_of(bytes).has_value()) << name;
  }
  EXPECT_EQ(why_no_image("8BPS"),
            "is a Photoshop image (PSD), but PNG, JPEG, WebP and TIFF images are accepted");
}

TEST(ImageFormat, RecognisesWhatIsRead) {
  EXPECT_EQ(image_format_of("\x89PNG\r\n\x1a\n"), ImageFormat::png);
  EXPECT_EQ(image_format_of("\xff\xd8\xff\xdb"), ImageFormat::jpeg);
  EXPECT_EQ(image_format_of("RIFF1234WEBPVP8 "), ImageFormat::webp);
  EXPECT_EQ(image_format_of("RIFF1234WAVEfmt "), std::nullopt);
  for (const std::string_view sign : {"II*\0"sv, "MM\0*"sv, "II+\0"sv, "MM\0+"sv})
    EXPECT_EQ(image_format_of(sign), ImageFormat::tiff);
}

}  // namespace
}  // namespace sgilo
