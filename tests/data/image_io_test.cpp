#include "sgilo/data/image_io.h"

#include <gtest/gtest.h>

#include "sgilo/core/error.h"
#include "support/all_pixels.h"
#include "support/error_text.h"
#include "support/temporary_folder.h"

#ifdef SGILO_WITH_IMAGES
#include "data/sample_images.h"
#endif

namespace sgilo {
namespace {

// What is said about the file, without its name.
std::string complaint(const TemporaryFolder& folder, std::string_view name) {
  const std::string text = error_text<Error>([&] { read_image(folder / name); });
  const std::string prefix = (folder / name).string() + ": ";
  EXPECT_TRUE(text.starts_with(prefix)) << text;
  return text.substr(std::min(text.size(), prefix.size()));
}

TEST(ImageIo, RefusesFilesThatAreNoImages) {
  const TemporaryFolder folder;
  EXPECT_EQ(complaint(folder, "missing.png"), "cannot be read: there is no such file or folder");
  folder.put("text.png", "this is a text");
  EXPECT_EQ(complaint(folder, "text.png"), "is no PNG, JPEG, WebP or TIFF image");
  folder.put("empty.png", "");
  EXPECT_EQ(complaint(folder, "empty.png"), "is empty");
  folder.put("a.png", "GIF89a\x01");
  EXPECT_EQ(complaint(folder, "a.png"),
            "is a GIF image, but PNG, JPEG, WebP and TIFF images are accepted");
}

#ifndef SGILO_WITH_IMAGES

TEST(ImageIo, SaysThatThisBuildHasNoImageFormats) {
  EXPECT_EQ(error_text<ConfigError>([] {
              encode_png(torch::zeros({1, 2, 2}));
            }),
            "this build has no image formats; configure it with -DSGILO_IMAGES=ON");
}

#else

using sample::colours;
using sample::Picture;
using sample::pixels_of;

void expect_close(const Tensor& found, const Tensor& expected, double tolerance) {
  ASSERT_EQ(found.sizes(), expected.sizes());
  EXPECT_LE((found - expected).abs().max().item<double>(), tolerance);
}

Image image_of(const std::string& bytes) { return decode_image(bytes, "a.img"); }

TEST(ImageIo, ReadsLosslessFormatsExactly) {
  const TemporaryFolder folder;
  for (const bool wide : {false, true})
    for (const int channels : {1, 3}) {
      const Picture picture = colours(13, 7, channels, wide);
      for (const std::string& bytes : {sample::png(picture), sample::tiff(picture)}) {
        folder.put("a.img", bytes);
        const Image image = read_image(folder / "a.img");
        EXPECT_TRUE(image.warnings.empty());
        EXPECT_FALSE(image.opacity);
        expect_close(all_pixels(image), pixels_of(picture), 1e-6);
      }
    }
  folder.put("a.webp", sample::webp(colours(13, 7)));
  expect_close(all_pixels(read_image(folder / "a.webp")), pixels_of(colours(13, 7)), 1e-6);
}

TEST(ImageIo, ReadsLossyFormatsClosely) {
  const Picture picture = colours(32, 48);
  for (const std::string& bytes :
       {sample::jpeg(picture), sample::jpeg(picture, {.progressive = true, .restart_rows = 1}),
        sample::webp(picture, false)})
    EXPECT_LE((all_pixels(image_of(bytes)) - pixels_of(picture)).abs().mean().item<double>(), 0.05);
}

TEST(ImageIo, JudgesAFileByItsContentNotItsName) {
  const TemporaryFolder folder;
  folder.put("really_png.jpg", sample::png(colours(3, 3)));
  expect_close(all_pixels(read_image(folder / "really_png.jpg")), pixels_of(colours(3, 3)), 1e-6);
}

TEST(ImageIo, LaysTransparentPartsOverWhiteAndSaysSo) {
  const TemporaryFolder folder;
  const Picture picture{1, 3, 4, false, {255, 0, 0, 255, 255, 0, 0, 0, 0, 0, 0, 51}};
  const auto path = folder.put("a.png", sample::png(picture));
  const Image image = read_image(path);
  ASSERT_EQ(image.warnings.size(), 1U);
  EXPECT_EQ(image.warnings[0], path.string() + ": its transparent parts were laid over white");
  const Tensor expected =
      torch::tensor({1.0F, 1.0F, 0.6F, -1.0F, 1.0F, 0.6F, -1.0F, 1.0F, 0.6F}).reshape({3, 1, 3});
  expect_close(all_pixels(image), expected, 1e-6);
  expect_close(all_opacity(image), torch::tensor({{1.0F, 0.0F, 0.2F}}), 1e-6);
  EXPECT_TRUE(read_image(path, Transparency::looked_at).warnings.empty());

  Picture opaque = colours(4, 4, 4);
  for (int i = 0; i < 16; ++i) opaque.at(i / 4, i % 4, 3) = 255;
  folder.put("opaque.png", sample::png(opaque));
  EXPECT_TRUE(read_image(folder / "opaque.png").warnings.empty());
  expect_close(all_pixels(read_image(folder / "opaque.png")), pixels_of(opaque), 1e-6);
}

TEST(ImageIo, LaysEveryFormatOverWhiteAlike) {
  const Picture picture = sample::filled(4, 4, {200, 100, 50, 128});
  const Picture times_opacity = sample::filled(4, 4, {100, 50, 25, 128});
  const Tensor expected = all_pixels(image_of(sample::png(picture)));
  EXPECT_NEAR(expected[0][0][0].item<double>(), 1 - 128.0 / 255 * (1 - 200.0 / 255) * 2, 1e-6);
  for (const int opacity : {-1, EXTRASAMPLE_UNASSALPHA})
    expect_close(all_pixels(image_of(sample::tiff(picture, {.opacity = opacity}))), expected, 1e-6);
  expect_close(
      all_pixels(image_of(sample::tiff(times_opacity, {.opacity = EXTRASAMPLE_ASSOCALPHA}))),
      expected, 0.01);
  expect_close(all_pixels(image_of(sample::webp(picture))), expected, 1e-6);
}

TEST(ImageIo, TheMaskOfAPictureIsItsOpacityElseItsBrightness) {
  const Picture picture{1, 2, 4, false, {255, 255, 255, 255, 255, 255, 255, 0}};
  expect_close(mask_values(image_of(sample::png(picture))), torch::tensor({{1.0F, 0.0F}}), 1e-6);
  const Picture grey{1, 2, 1, false, {255, 51}};
  expect_close(mask_values(image_of(sample::png(grey))), torch::tensor({{1.0F, 0.2F}}), 1e-6);
}

TEST(ImageIo, TurnsThePictureAsExifSays) {
  const Picture picture = colours(16, 32);
  const std::string jpeg = sample::jpeg(picture, {.quality = 100});
  const Tensor stored = all_pixels(image_of(jpeg));
  const auto turned = [](const Tensor& t, int orientation) {
    const Tensor transposed = t.transpose(1, 2);
    switch (orientation) {
      case 2:
        return t.flip(2);
      case 3:
        return torch::rot90(t, 2, {1, 2});
      case 4:
        return t.flip(1);
      case 5:
        return transposed;
      case 6:
        return torch::rot90(t, -1, {1, 2});
      case 7:
        return torch::rot90(transposed, 2, {1, 2});
      case 8:
        return torch::rot90(t, 1, {1, 2});
      default:
        return t;
    }
  };
  for (int orientation = 1; orientation <= 8; ++orientation) {
    SCOPED_TRACE(orientation);
    const std::string exif = sample::exif(orientation);
    const std::string marker = concat(std::string_view("Exif\0\0", 6), exif);
    expect_close(all_pixels(image_of(sample::with_jpeg_marker(jpeg, 0xe1, marker))),
                 turned(stored, orientation), 0);
    const Tensor expected = turned(pixels_of(picture), orientation);
    expect_close(all_pixels(image_of(sample::png(picture, sample::png_chunk("eXIf", exif)))),
                 expected, 1e-6);
    expect_close(all_pixels(image_of(sample::extended_webp(picture, "", exif))), expected, 1e-6);
    for (const bool wide : {false, true}) {
      const Picture rgb = colours(16, 32, 3, wide);
      expect_close(all_pixels(image_of(sample::tiff(rgb, {.orientation = orientation}))),
                   turned(pixels_of(rgb), orientation), 1e-6);
    }
  }
}

TEST(ImageIo, ConvertsTheColoursOfAStatedProfileToSrgbInEveryFormat) {
  const std::string p3 = sample::display_p3();
  const Picture picture = sample::filled(8, 8, {211, 61, 52});
  const Tensor expected = pixels_of(sample::filled(8, 8, {230, 40, 40}));
  const double level = 2 / 255.0;
  for (const std::string& bytes :
       {sample::png(picture, sample::icc_chunk(p3)), sample::tiff(picture, {.profile = p3}),
        sample::extended_webp(picture, p3, "")}) {
    const Image image = image_of(bytes);
    EXPECT_TRUE(image.warnings.empty());
    expect_close(all_pixels(image), expected, level);
  }
  expect_close(all_pixels(image_of(sample::jpeg(picture, {.quality = 100, .profile = p3}))),
               expected, 4 * level);
}

TEST(ImageIo, KeepsTheBitsOfPicturesThatStateTheProfileOfSrgb) {
  const std::string srgb = sample::srgb();
  const Picture picture = colours(8, 8);
  EXPECT_TRUE(torch::equal(all_pixels(image_of(sample::png(picture, sample::icc_chunk(srgb)))),
                           all_pixels(image_of(sample::png(picture)))));
  const Picture grey = colours(8, 8, 1);  // which often carry the profile of colours
  EXPECT_TRUE(torch::equal(all_pixels(image_of(sample::jpeg(grey, {.profile = srgb}))),
                           all_pixels(image_of(sample::jpeg(grey)))));
}

TEST(ImageIo, ConvertsGreyByAGreyProfile) {
  const Picture linear = sample::filled(2, 2, {55});
  for (const std::string& bytes : {sample::png(linear, sample::icc_chunk(sample::grey_of_gamma(1))),
                                   sample::tiff(linear, {.profile = sample::grey_of_gamma(1)})})
    // 55 / 255 = 0.2157 of the light is 0.5016 of sRGB
    expect_close(all_pixels(image_of(bytes)), torch::full({3, 2, 2}, 2 * 0.5016 - 1), 0.003);
}

TEST(ImageIo, LeavesAsideAProfileThatCannotBeUsedAndSaysSo) {
  const Picture picture = colours(4, 4);
  Image image = image_of(sample::tiff(picture, {.profile = "no profile"}));
  EXPECT_EQ(image.warnings,
            std::vector<std::string>{"a.img: its colour profile is damaged and was left aside"});
  expect_close(all_pixels(image), pixels_of(picture), 1e-6);
  image = image_of(sample::tiff(picture, {.profile = sample::grey_of_gamma(2)}));
  EXPECT_EQ(image.warnings,
            std::vector<std::string>{
                "a.img: its colour profile is for other colours and was left aside"});
}

TEST(ImageIo, SaysThatOnlyTheFirstPageIsRead) {
  // The offset of the next directory is the last number of the file that libtiff writes.
  std::string bytes = sample::tiff(colours(2, 2));
  std::size_t start = 0;
  for (int i = 3; i >= 0; --i)
    start = start << 8 | static_cast<unsigned char>(bytes[4 + static_cast<std::size_t>(i)]);
  const std::size_t entries = static_cast<unsigned char>(bytes[start]);
  bytes.replace(start + 2 + 12 * entries, 4, bytes.substr(4, 4));
  EXPECT_EQ(image_of(bytes).warnings,
            std::vector<std::string>{"a.img: only the first of its pages was read"});
}

TEST(ImageIo, RefusesEveryTruncatedFile) {
  const Picture picture = colours(40, 40);
  for (const std::string& whole :
       {sample::png(picture), sample::jpeg(picture), sample::jpeg(picture, {.progressive = true}),
        sample::webp(picture), sample::webp(picture, false), sample::tiff(picture),
        sample::tiff(picture, {.tile = 16, .compression = COMPRESSION_LZW})})
    for (const double fraction : {0.1, 0.4, 0.7, 0.95, 0.999}) {
      const auto size = std::min(
          static_cast<std::size_t>(fraction * static_cast<double>(whole.size())), whole.size() - 1);
      const std::string text = error_text<FormatError>([&] { image_of(whole.substr(0, size)); });
      if (size < 12)  // too few bytes to tell a WebP
        EXPECT_NE(text, "");
      else
        EXPECT_EQ(text, concat("a.img: is truncated: it ends at byte ", size,
                               ", before the end of the picture"))
            << whole.substr(0, 4) << " " << fraction;
    }
}

TEST(ImageIo, RefusesAPngWhosePixelsAreMissingOrChanged) {
  const TemporaryFolder folder;
  const std::string png = sample::png(colours(40, 40));
  const std::size_t start = png.find("IDAT");
  ASSERT_NE(start, std::string::npos);
  std::string changed = png;
  changed[start + 20] = static_cast<char>(changed[start + 20] ^ 0x55);
  folder.put("changed.png", changed);
  EXPECT_EQ(complaint(folder, "changed.png"), "is damaged: its picture cannot be decoded");
  folder.put("none.png", png.substr(0, start - 4) + png.substr(png.size() - 12));
  EXPECT_EQ(complaint(folder, "none.png"), "is damaged: its picture cannot be decoded");
}

TEST(ImageIo, LibrariesThatDecodePrintNothing) {
  std::string png = sample::png(colours(40, 40)), jpeg = sample::jpeg(colours(40, 40)),
              tiff = sample::tiff(colours(40, 40), {.compression = COMPRESSION_LZW});
  for (std::string* bytes : {&png, &jpeg, &tiff})
    for (std::size_t i = bytes->size() / 3; i < bytes->size() / 2; i += 7) (*bytes)[i] = '\x7f';
  testing::internal::CaptureStderr();
  testing::internal::CaptureStdout();
  for (const std::string& bytes : {png, jpeg, tiff})
    EXPECT_NE(error_text<FormatError>([&] { image_of(bytes); }), "");
  EXPECT_EQ(testing::internal::GetCapturedStderr() + testing::internal::GetCapturedStdout(), "");
}

TEST(ImageIo, RefusesHugePicturesBeforeDecodingThem) {
  EXPECT_EQ(error_text<FormatError>([] {
              image_of(sample::packed_png(1, 40000, 8, 0, std::string(40000, '\0'))
                           .replace(8, 25,
                                    sample::png_chunk("IHDR", sample::big_endian(40000) +
                                                                  sample::big_endian(40000) +
                                                                  std::string("\x08\0\0\0\0", 5))));
            }),
            "a.img: has 40000 x 40000 pixels, but at most 100 megapixels are accepted");
  std::string jpeg = sample::jpeg(colours(8, 8));
  const std::size_t frame = jpeg.find("\xff\xc0");
  jpeg.replace(frame + 5, 4, "\x75\x30\x75\x30");
  EXPECT_EQ(error_text<FormatError>([&] { image_of(jpeg); }),
            "a.img: has 30000 x 30000 pixels, but at most 100 megapixels are accepted");
}

TEST(ImageIo, RefusesPicturesThatNoFileOfTheirSizeCanHold) {
  std::string jpeg = sample::jpeg(colours(8, 8), {.progressive = true});
  const std::size_t frame = jpeg.find("\xff\xc2");
  jpeg.replace(frame + 5, 4, "\x0F\xA0\x0F\xA0");  // 4000 x 4000
  const std::string text = error_text<FormatError>([&] { image_of(jpeg); });
  EXPECT_TRUE(
      text.starts_with("a.img: is damaged: a picture of 4000 x 4000 pixels takes at least "))
      << text;
  const std::string png =
      sample::packed_png(1, 10, 8, 2, std::string(30, '\0'))
          .replace(8, 25,
                   sample::png_chunk("IHDR", sample::big_endian(4000) + sample::big_endian(4000) +
                                                 std::string("\x08\2\0\0\0", 5)));
  EXPECT_EQ(error_text<FormatError>([&] { image_of(png); }),
            concat("a.img: is damaged: a picture of 4000 x 4000 pixels takes at least 46511 bytes, "
                   "but it has ",
                   png.size()));
}

TEST(ImageIo, ReadsPartsAsTheyAreInTheWholePicture) {
  const std::string exif = sample::png_chunk("eXIf", sample::exif(6));
  const Image image = image_of(sample::png(colours(90, 70, 4), exif));
  ASSERT_EQ(image.height, 70);
  ASSERT_EQ(image.width, 90);
  const Tensor whole = all_pixels(image);
  EXPECT_TRUE(torch::equal(image.pixels({11, 5, 40, 60}), whole.slice(1, 11, 51).slice(2, 5, 65)));
  EXPECT_TRUE(torch::equal(image.opacity({11, 5, 40, 60})[0],
                           all_opacity(image).slice(0, 11, 51).slice(1, 5, 65)));
}

TEST(ImageIo, ReadsTheSquareOfALongPicture) {
  const TemporaryFolder folder;
  const Picture picture = colours(70, 150);
  folder.put("a.png", sample::png(picture));
  for (const int size : {20, 70, 100}) {
    const SquareImage square = read_square_image(folder / "a.png", size);
    EXPECT_TRUE(torch::equal(square.pixels, apply_framing(pixels_of(picture), square.framing)));
  }
}

TEST(ImageIo, ReadsInterlacedPicturesExactly) {
  const Picture picture = colours(13, 11, 4, true);
  // The seven passes of Adam7 (PNG, 8.2): first column and row, steps.
  constexpr int kPasses[7][4]{{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4},
                              {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}};
  std::string rows;
  for (const auto& [left, top, across, down] : kPasses)
    for (int y = top; y < 13; y += down) {
      rows += '\0';
      for (int x = left; x < 11; x += across)
        for (int c = 0; c < 4; ++c) rows += sample::big_endian(picture.at(y, x, c), 2);
    }
  const std::string bytes =
      "\x89PNG\r\n\x1a\n" +
      sample::png_chunk("IHDR", sample::big_endian(11) + sample::big_endian(13) +
                                    std::string("\x10\6\0\0\1", 5)) +
      sample::png_chunk("IDAT", sample::deflated(rows)) + sample::png_chunk("IEND", "");
  EXPECT_TRUE(
      torch::equal(all_pixels(image_of(bytes)), all_pixels(image_of(sample::png(picture)))));
}

TEST(ImageIo, GivesASmallFileNoMorePixelsThanItsBytesWarrant) {
  const std::string png =
      sample::packed_png(1, 5000, 1, 0, std::string(625, '\0'))
          .replace(8, 25,
                   sample::png_chunk("IHDR", sample::big_endian(5000) + sample::big_endian(5000) +
                                                 std::string("\1\0\0\0\0", 5))) +
      std::string(4000, ' ');
  EXPECT_EQ(
      error_text<FormatError>([&] { image_of(png); }),
      concat("a.img: has 5000 x 5000 pixels, but at most ", ((48 << 20) + 32 * png.size()) / 3,
             " of its kind are accepted of a file of ", png.size(), " bytes"));
}

TEST(ImageIo, ReadsOnePixel) {
  const TemporaryFolder folder;
  folder.put("one.png", sample::png(sample::filled(1, 1, {255})));
  EXPECT_TRUE(torch::equal(all_pixels(read_image(folder / "one.png")), torch::ones({3, 1, 1})));
  EXPECT_TRUE(
      torch::equal(read_square_image(folder / "one.png", 8).pixels, torch::ones({3, 8, 8})));
}

TEST(ImageIo, WritesAPngThatReadsBackTheSame) {
  const TemporaryFolder folder;
  const Tensor levels = torch::arange(256.0F).reshape({1, 16, 16}) / 255 * 2 - 1;
  write_png(folder / "grey.png", levels);
  expect_close(all_pixels(read_image(folder / "grey.png")), levels.expand({3, 16, 16}), 1e-6);
  const Tensor colour = torch::stack({levels[0], levels[0].flip(0), levels[0].t()});
  write_png(folder / "colour.png", colour.to(torch::kFloat64));
  expect_close(all_pixels(read_image(folder / "colour.png")), colour, 1e-6);
  EXPECT_EQ(folder.count(), 2);
}

TEST(ImageIo, ClampsAndRoundsWhenWriting) {
  const TemporaryFolder folder;
  const Tensor values = torch::tensor({-7.0F, 7.0F, 0.0F, 1.4F / 127.5F - 1, 1.6F / 127.5F - 1});
  write_png(folder / "a.png", values.reshape({1, 1, 5}));
  const Tensor found = (all_pixels(read_image(folder / "a.png"))[0][0] + 1) * 127.5;
  expect_close(found, torch::tensor({0.0F, 255.0F, 128.0F, 1.0F, 2.0F}), 1e-3);
}

TEST(ImageIo, RefusesToWriteWhatIsNoPicture) {
  const TemporaryFolder folder;
  EXPECT_EQ(error_text<ConfigError>([&] {
              write_png(folder / "a.png", torch::zeros({2, 4, 4}));
            }),
            "a picture must have shape [1 or 3, height, width], but has [2, 4, 4]");
  EXPECT_EQ(error_text<ConfigError>([&] {
              write_png(folder / "a.png", torch::zeros({3, 0, 4}));
            }),
            "a picture must have shape [1 or 3, height, width], but has [3, 0, 4]");
  EXPECT_NE(error_text<NumericError>([&] {
              write_png(folder / "a.png", torch::full({3, 2, 2}, NAN));
            }),
            "");
  EXPECT_EQ(folder.count(), 0);
}

#endif

}  // namespace
}  // namespace sgilo
