#include "sgilo/data/image_io.h"

#include <gtest/gtest.h>

#include "sgilo/core/error.h"
#include "sgilo/data/image_codec.h"
#include "support/error_text.h"
#include "support/temporary_folder.h"

#ifdef SGILO_WITH_OPENCV
#include <opencv2/imgcodecs.hpp>
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
}

#ifndef SGILO_WITH_OPENCV

TEST(ImageIo, SaysThatThisBuildHasNoImageFormats) {
  EXPECT_EQ(error_text<ConfigError>([] {
              encode_png(torch::zeros({1, 2, 2}));
            }),
            "this build has no image formats; configure it with -DSGILO_IMAGES=ON");
}

#else

// Smooth colours that differ in every direction and channel; blue, green, red.
cv::Mat colours(int height, int width, int type = CV_8UC3) {
  cv::Mat picture(height, width, type);
  const int channels = picture.channels();
  const bool wide = picture.depth() == CV_16U;
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int c = 0; c < channels; ++c) {
        const int value = (40 * c + 200 * y / height + 40 * x / width) % 256;
        if (wide)
          picture.ptr<std::uint16_t>(y)[x * channels + c] =
              static_cast<std::uint16_t>(257 * value + y + x);
        else
          picture.ptr<std::uint8_t>(y)[x * channels + c] = static_cast<std::uint8_t>(value);
      }
  return picture;
}

std::string encoded(const std::string& ending, const cv::Mat& picture,
                    const std::vector<int>& parameters = {}) {
  std::vector<unsigned char> bytes;
  cv::imencode(ending, picture, bytes, parameters);
  return {bytes.begin(), bytes.end()};
}

Tensor expected_from(const cv::Mat& picture) {
  const bool wide = picture.depth() == CV_16U;
  const Tensor values = torch::empty({3, picture.rows, picture.cols});
  auto to = values.accessor<float, 3>();
  const int channels = picture.channels();
  for (int y = 0; y < picture.rows; ++y)
    for (int x = 0; x < picture.cols; ++x)
      for (int c = 0; c < 3; ++c) {
        const int from = x * channels + (channels == 1 ? 0 : 2 - c);
        to[c][y][x] = wide ? picture.ptr<std::uint16_t>(y)[from] / 65535.0F
                           : picture.ptr<std::uint8_t>(y)[from] / 255.0F;
      }
  return values * 2 - 1;
}

void expect_close(const Tensor& found, const Tensor& expected, double tolerance) {
  ASSERT_EQ(found.sizes(), expected.sizes());
  EXPECT_LE((found - expected).abs().max().item<double>(), tolerance);
}

std::string big_endian(std::uint32_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16),
          static_cast<char>(value >> 8), static_cast<char>(value)};
}

// An uncompressed RGB TIFF of one strip with the given orientation and bits per sample.
std::string tiff(const cv::Mat& rgb, int orientation, bool has_second_page = false) {
  const int bytes_per_sample = rgb.depth() == CV_16U ? 2 : 1;
  const auto count = static_cast<std::uint32_t>(rgb.rows * rgb.cols * 3 * bytes_per_sample);
  std::string text("II*\0\x08\0\0\0", 8);
  const auto put16 = [&](std::uint32_t v) {
    text += static_cast<char>(v);
    text += static_cast<char>(v >> 8);
  };
  const auto put32 = [&](std::uint32_t v) {
    put16(v & 0xffff);
    put16(v >> 16);
  };
  constexpr std::uint32_t kEntries = 11;
  const std::uint32_t after = 8 + 2 + 12 * kEntries + 4;
  put16(kEntries);
  const auto entry = [&](std::uint32_t tag, std::uint32_t type, std::uint32_t n, std::uint32_t v) {
    put16(tag);
    put16(type);
    put32(n);
    put32(v);
  };
  entry(256, 4, 1, rgb.cols);
  entry(257, 4, 1, rgb.rows);
  entry(258, 3, 3, after);
  entry(259, 3, 1, 1);
  entry(262, 3, 1, 2);
  entry(273, 4, 1, after + 6);
  entry(274, 3, 1, orientation);
  entry(277, 3, 1, 3);
  entry(278, 4, 1, rgb.rows);
  entry(279, 4, 1, count);
  entry(284, 3, 1, 1);
  put32(has_second_page ? 8 : 0);
  for (int i = 0; i < 3; ++i) put16(8 * bytes_per_sample);
  text.append(reinterpret_cast<const char*>(rgb.data), count);
  return text;
}

std::string exif(int orientation) {
  std::string text("MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0", 19);
  text += static_cast<char>(orientation);
  text.append(6, '\0');
  return text;
}

std::string png_chunk(const std::string& type, const std::string& data) {
  std::uint32_t crc = 0xffffffff;
  for (const char byte : type + data) {
    crc ^= static_cast<unsigned char>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return big_endian(static_cast<std::uint32_t>(data.size())) + type + data + big_endian(~crc);
}

TEST(ImageIo, ReadsLosslessFormatsExactly) {
  const TemporaryFolder folder;
  for (const int type : {CV_8UC1, CV_8UC3, CV_16UC1, CV_16UC3})
    for (const std::string ending : {".png", ".tif"}) {
      const cv::Mat picture = colours(13, 7, type);
      folder.put("a" + ending, encoded(ending, picture));
      const Image image = read_image(folder / ("a" + ending));
      EXPECT_TRUE(image.warnings.empty());
      expect_close(image.pixels, expected_from(picture), 1e-6);
    }
  const cv::Mat picture = colours(13, 7);
  folder.put("a.webp", encoded(".webp", picture, {cv::IMWRITE_WEBP_QUALITY, 101}));
  expect_close(read_image(folder / "a.webp").pixels, expected_from(picture), 1e-6);
}

TEST(ImageIo, ReadsLossyFormatsClosely) {
  const TemporaryFolder folder;
  const cv::Mat picture = colours(32, 48);
  folder.put("a.jpg", encoded(".jpg", picture, {cv::IMWRITE_JPEG_QUALITY, 98}));
  folder.put("p.jpg", encoded(".jpg", picture,
                              {cv::IMWRITE_JPEG_PROGRESSIVE, 1, cv::IMWRITE_JPEG_RST_INTERVAL, 1,
                               cv::IMWRITE_JPEG_QUALITY, 98}));
  folder.put("a.webp", encoded(".webp", picture, {cv::IMWRITE_WEBP_QUALITY, 95}));
  for (const char* name : {"a.jpg", "p.jpg", "a.webp"}) {
    SCOPED_TRACE(name);
    const Tensor found = read_image(folder / name).pixels;
    EXPECT_LE((found - expected_from(picture)).abs().mean().item<double>(), 0.05);
  }
}

TEST(ImageIo, JudgesAFileByItsContentNotItsName) {
  const TemporaryFolder folder;
  folder.put("really_png.jpg", encoded(".png", colours(3, 3)));
  expect_close(read_image(folder / "really_png.jpg").pixels, expected_from(colours(3, 3)), 1e-6);
}

TEST(ImageIo, LaysTransparentPartsOverWhiteAndSaysSo) {
  const TemporaryFolder folder;
  cv::Mat picture(1, 3, CV_8UC4);
  picture.at<cv::Vec4b>(0, 0) = {0, 0, 255, 255};
  picture.at<cv::Vec4b>(0, 1) = {0, 0, 255, 0};
  picture.at<cv::Vec4b>(0, 2) = {0, 0, 0, 51};
  const auto path = folder.put("a.png", encoded(".png", picture));
  const Image image = read_image(path);
  ASSERT_EQ(image.warnings.size(), 1U);
  EXPECT_EQ(image.warnings[0], path.string() + ": its transparent parts were laid over white");
  const Tensor expected =
      torch::tensor({1.0F, 1.0F, 0.6F, -1.0F, 1.0F, 0.6F, -1.0F, 1.0F, 0.6F}).reshape({3, 1, 3});
  expect_close(image.pixels, expected, 1e-6);

  picture = colours(4, 4, CV_8UC4);
  for (int i = 0; i < 16; ++i) picture.at<cv::Vec4b>(i / 4, i % 4)[3] = 255;
  folder.put("opaque.png", encoded(".png", picture));
  EXPECT_TRUE(read_image(folder / "opaque.png").warnings.empty());
  expect_close(read_image(folder / "opaque.png").pixels, expected_from(picture), 1e-6);
}

TEST(ImageIo, LaysEveryFormatOverWhiteAlike) {
  const TemporaryFolder folder;
  const cv::Mat picture(4, 4, CV_8UC4, cv::Scalar(50, 100, 200, 128));
  folder.put("a.png", encoded(".png", picture));
  folder.put("a.tif", encoded(".tif", picture));
  folder.put("a.webp", encoded(".webp", picture, {cv::IMWRITE_WEBP_QUALITY, 101}));
  const Tensor expected = read_image(folder / "a.png").pixels;
  EXPECT_NEAR(expected[0][0][0].item<double>(), 1 - 128.0 / 255 * (1 - 200.0 / 255) * 2, 1e-6);
  expect_close(read_image(folder / "a.tif").pixels, expected, 1e-6);
  expect_close(read_image(folder / "a.webp").pixels, expected, 1e-6);
}

TEST(ImageIo, RefusesAnimations) {
  const TemporaryFolder folder;
  const std::string header("RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0\x03\0\0\x03\0\0", 30);
  folder.put("a.webp", header);
  EXPECT_EQ(complaint(folder, "a.webp"), "is an animated WebP file, which is not read");
}

TEST(ImageIo, TurnsThePictureAsExifSays) {
  const TemporaryFolder folder;
  const cv::Mat picture = colours(16, 32);
  const std::string jpeg = encoded(".jpg", picture, {cv::IMWRITE_JPEG_QUALITY, 100});
  const std::string png = encoded(".png", picture);
  folder.put("plain.jpg", jpeg);
  const Tensor stored = read_image(folder / "plain.jpg").pixels;
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
    const std::string data = std::string("Exif\0\0", 6) + exif(orientation);
    const auto length = static_cast<char>(data.size() + 2);
    folder.put("a.jpg", jpeg.substr(0, 2) + "\xff\xe1" + std::string(1, '\0') + length + data +
                            jpeg.substr(2));
    expect_close(read_image(folder / "a.jpg").pixels, turned(stored, orientation), 0);

    folder.put("a.png", png.substr(0, 33) + png_chunk("eXIf", exif(orientation)) + png.substr(33));
    expect_close(read_image(folder / "a.png").pixels, turned(expected_from(picture), orientation),
                 1e-6);
    for (const int type : {CV_8UC3, CV_16UC3}) {
      const cv::Mat rgb = colours(16, 32, type);
      cv::Mat swapped = rgb.clone();  // the file holds red first
      for (int y = 0; y < rgb.rows; ++y)
        for (int x = 0; x < rgb.cols; ++x)
          for (int c = 0; c < 3; ++c)
            if (type == CV_8UC3)
              swapped.ptr<std::uint8_t>(y)[3 * x + c] = rgb.ptr<std::uint8_t>(y)[3 * x + 2 - c];
            else
              swapped.ptr<std::uint16_t>(y)[3 * x + c] = rgb.ptr<std::uint16_t>(y)[3 * x + 2 - c];
      folder.put("a.tif", tiff(swapped, orientation));
      expect_close(read_image(folder / "a.tif").pixels, turned(expected_from(rgb), orientation),
                   1e-6);
    }
  }
}

TEST(ImageIo, SaysThatOnlyTheFirstPageIsRead) {
  const TemporaryFolder folder;
  const auto path = folder.put("a.tif", tiff(colours(2, 2), 1, true));
  const Image image = read_image(path);
  ASSERT_EQ(image.warnings.size(), 1U);
  EXPECT_EQ(image.warnings[0], path.string() + ": only the first of its pages was read");
}

TEST(ImageIo, RefusesEveryTruncatedFile) {
  const TemporaryFolder folder;
  const cv::Mat picture = colours(40, 40);
  for (const std::string ending : {".png", ".jpg", ".webp", ".tif"}) {
    const std::string whole = encoded(ending, picture);
    for (const double fraction : {0.1, 0.4, 0.7, 0.95, 0.999}) {
      const auto size = static_cast<std::size_t>(fraction * static_cast<double>(whole.size()));
      const std::string name = "short" + ending;
      folder.put(name, whole.substr(0, std::min(size, whole.size() - 1)));
      const std::string text = error_text<FormatError>([&] { read_image(folder / name); });
      EXPECT_NE(text, "") << ending << " " << fraction;
      if (fraction == 0.4) {
        EXPECT_EQ(text, concat((folder / name).string(), ": is truncated: it ends at byte ", size,
                               ", before the end of the picture"));
      }
    }
  }
}

TEST(ImageIo, RefusesAPngWhosePixelsAreMissingOrChanged) {
  const TemporaryFolder folder;
  const std::string png = encoded(".png", colours(40, 40));
  const std::size_t start = png.find("IDAT");
  ASSERT_NE(start, std::string::npos);
  std::string changed = png;
  changed[start + 20] = static_cast<char>(changed[start + 20] ^ 0x55);
  folder.put("changed.png", changed);
  EXPECT_EQ(complaint(folder, "changed.png"), "is damaged: its picture cannot be decoded");
  folder.put("none.png", png.substr(0, start - 4) + png.substr(png.size() - 12));
  EXPECT_EQ(complaint(folder, "none.png"), "is damaged: its picture cannot be decoded");
}

TEST(ImageIo, DecodesWithinTheGuard) {
  const TemporaryFolder folder;
  folder.put("a.png", encoded(".png", colours(8, 8)));
  int decoded = 0;
  set_decode_guard([&](const std::function<void()>& decode) {
    ++decoded;
    decode();
  });
  EXPECT_EQ(read_image(folder / "a.png").pixels.size(1), 8);
  set_decode_guard({});
  EXPECT_EQ(read_image(folder / "a.png").pixels.size(1), 8);
  EXPECT_EQ(decoded, 1);
}

TEST(ImageIo, RefusesHugePicturesBeforeDecodingThem) {
  const TemporaryFolder folder;
  std::string png = encoded(".png", colours(4, 4));
  png.replace(16, 8, big_endian(40000) + big_endian(40000));
  folder.put("huge.png", png);
  EXPECT_EQ(complaint(folder, "huge.png"),
            "has 40000 x 40000 pixels, but at most 100 megapixels are accepted");
  png.replace(16, 8, big_endian(0) + big_endian(4));
  folder.put("nothing.png", png);
  EXPECT_EQ(complaint(folder, "nothing.png"), "has no pixels (0 x 4)");
}

TEST(ImageIo, RefusesSamplesWhoseRangeIsUnknown) {
  const TemporaryFolder folder;
  folder.put("float.tif", encoded(".tif", cv::Mat(4, 4, CV_32FC3, cv::Scalar(0.5, 0.5, 0.5))));
  EXPECT_EQ(complaint(folder, "float.tif"),
            "has 3 channels of 32-bit samples, but 1, 3 or 4 whole numbers of 8 or 16 bits are "
            "accepted");
}

TEST(ImageIo, ReadsOnePixel) {
  const TemporaryFolder folder;
  folder.put("one.png", encoded(".png", cv::Mat(1, 1, CV_8UC1, cv::Scalar(255))));
  EXPECT_TRUE(torch::equal(read_image(folder / "one.png").pixels, torch::ones({3, 1, 1})));
  EXPECT_TRUE(
      torch::equal(read_square_image(folder / "one.png", 8).pixels, torch::ones({3, 8, 8})));
}

TEST(ImageIo, WritesAPngThatReadsBackTheSame) {
  const TemporaryFolder folder;
  const Tensor levels = torch::arange(256.0F).reshape({1, 16, 16}) / 255 * 2 - 1;
  write_png(folder / "grey.png", levels);
  expect_close(read_image(folder / "grey.png").pixels, levels.expand({3, 16, 16}), 1e-6);
  const Tensor colour = torch::stack({levels[0], levels[0].flip(0), levels[0].t()});
  write_png(folder / "colour.png", colour.to(torch::kFloat64));
  expect_close(read_image(folder / "colour.png").pixels, colour, 1e-6);
  EXPECT_EQ(folder.count(), 2);
}

TEST(ImageIo, ClampsAndRoundsWhenWriting) {
  const TemporaryFolder folder;
  const Tensor values = torch::tensor({-7.0F, 7.0F, 0.0F, 1.4F / 127.5F - 1, 1.6F / 127.5F - 1});
  write_png(folder / "a.png", values.reshape({1, 1, 5}));
  const Tensor found = (read_image(folder / "a.png").pixels[0][0] + 1) * 127.5;
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
