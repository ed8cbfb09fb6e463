// Image files for tests, made with the libraries that read them and, where these write nothing of
// the kind, byte by byte.
#pragma once

#include <jpeglib.h>
#include <lcms2.h>
#include <tiffio.h>
#include <webp/encode.h>
#include <zlib.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "sgilo/core/torch.h"

namespace sgilo::sample {

struct Picture {
  int height = 0;
  int width = 0;
  int channels = 3;
  bool wide = false;                  // 16 bits
  std::vector<std::uint16_t> values;  // interleaved; red first, opacity last

  std::uint16_t& at(int y, int x, int c) {
    return values[static_cast<std::size_t>((y * width + x) * channels + c)];
  }
  std::uint16_t at(int y, int x, int c) const { return const_cast<Picture*>(this)->at(y, x, c); }
  // Rows of samples in the order of this machine.
  std::string bytes(bool big_endian = false) const {
    std::string text;
    for (const std::uint16_t value : values) {
      const char high = static_cast<char>(value >> 8), low = static_cast<char>(value);
      if (wide) text += big_endian ? high : low;
      text += wide && !big_endian ? high : low;
    }
    return text;
  }
};

inline Picture filled(int height, int width, std::vector<std::uint16_t> pixel, bool wide = false) {
  Picture picture{height, width, static_cast<int>(pixel.size()), wide, {}};
  for (int i = 0; i < height * width; ++i)
    picture.values.insert(picture.values.end(), pixel.begin(), pixel.end());
  return picture;
}

// Smooth colours that differ in every direction and channel.
inline Picture colours(int height, int width, int channels = 3, bool wide = false) {
  Picture picture{height, width, channels, wide, {}};
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int c = 0; c < channels; ++c) {
        const int value = (40 * c + 200 * y / height + 40 * x / width) % 256;
        picture.values.push_back(static_cast<std::uint16_t>(wide ? 257 * value + y + x : value));
      }
  return picture;
}

// What reading a grey or RGB picture should give, [3, height, width] in [-1, 1].
inline Tensor pixels_of(const Picture& picture) {
  const Tensor values = torch::empty({3, picture.height, picture.width});
  auto to = values.accessor<float, 3>();
  for (int y = 0; y < picture.height; ++y)
    for (int x = 0; x < picture.width; ++x)
      for (int c = 0; c < 3; ++c)
        to[c][y][x] = static_cast<float>(picture.at(y, x, picture.channels < 3 ? 0 : c)) /
                      (picture.wide ? 65535.0F : 255.0F);
  return values * 2 - 1;
}

inline std::string big_endian(std::uint32_t value, int bytes = 4) {
  std::string text;
  for (int i = bytes - 1; i >= 0; --i) text += static_cast<char>(value >> (8 * i));
  return text;
}
inline std::string little_endian(std::uint32_t value, int bytes = 4) {
  const std::string text = big_endian(value, bytes);
  return {text.rbegin(), text.rend()};
}

// PNG

inline std::string png_chunk(const std::string& type, const std::string& data) {
  const std::string body = type + data;
  return big_endian(static_cast<std::uint32_t>(data.size())) + body +
         big_endian(static_cast<std::uint32_t>(crc32(0, reinterpret_cast<const Bytef*>(body.data()),
                                                     static_cast<uInt>(body.size()))));
}

inline std::string deflated(const std::string& data) {
  uLongf size = compressBound(data.size());
  std::string out(size, '\0');
  compress(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(data.data()),
           data.size());
  return out.substr(0, size);
}

// A PNG of rows that are packed already; `colour_type` 0 grey, 2 RGB, 3 palette, 4 and 6 with
// opacity.
inline std::string packed_png(int height, int width, int bits, int colour_type,
                              const std::string& rows, const std::string& chunks = "") {
  const std::size_t row_bytes = rows.size() / static_cast<std::size_t>(height);
  std::string filtered;
  for (int y = 0; y < height; ++y)
    filtered += '\0' + rows.substr(static_cast<std::size_t>(y) * row_bytes, row_bytes);
  return "\x89PNG\r\n\x1a\n" +
         png_chunk("IHDR", big_endian(static_cast<std::uint32_t>(width)) +
                               big_endian(static_cast<std::uint32_t>(height)) +
                               static_cast<char>(bits) + static_cast<char>(colour_type) +
                               std::string(3, '\0')) +
         chunks + png_chunk("IDAT", deflated(filtered)) + png_chunk("IEND", "");
}

inline std::string png(const Picture& picture, const std::string& chunks = "") {
  constexpr int kTypes[]{0, 0, 4, 2, 6};
  return packed_png(picture.height, picture.width, picture.wide ? 16 : 8, kTypes[picture.channels],
                    picture.bytes(true), chunks);
}

inline std::string icc_chunk(const std::string& profile) {
  return png_chunk("iCCP", std::string("p\0\0", 3) + deflated(profile));
}

// JPEG

struct JpegForm {
  int quality = 98;
  bool progressive = false;
  bool arithmetic = false;
  bool adobe = true;  // the marker, for CMYK
  int restart_rows = 0;
  std::string profile = {};
};

inline std::string jpeg(const Picture& picture, const JpegForm& form = {}) {
  jpeg_compress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* data = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &data, &size);
  info.image_height = static_cast<JDIMENSION>(picture.height);
  info.image_width = static_cast<JDIMENSION>(picture.width);
  info.input_components = picture.channels;
  info.in_color_space = picture.channels == 1   ? JCS_GRAYSCALE
                        : picture.channels == 3 ? JCS_RGB
                                                : JCS_CMYK;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, form.quality, TRUE);
  if (form.progressive) jpeg_simple_progression(&info);
  info.arith_code = form.arithmetic ? TRUE : FALSE;
  info.restart_in_rows = form.restart_rows;
  if (picture.channels == 4 && !form.adobe) info.write_Adobe_marker = FALSE;
  jpeg_start_compress(&info, TRUE);
  if (!form.profile.empty())
    jpeg_write_icc_profile(&info, reinterpret_cast<const JOCTET*>(form.profile.data()),
                           static_cast<unsigned>(form.profile.size()));
  std::string bytes = picture.bytes();
  const std::size_t row_bytes = static_cast<std::size_t>(picture.width * picture.channels);
  while (info.next_scanline < info.image_height) {
    auto* row = reinterpret_cast<JSAMPROW>(bytes.data() + info.next_scanline * row_bytes);
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  std::string text(reinterpret_cast<char*>(data), size);
  std::free(data);
  return text;
}

// Behind the first marker.
inline std::string with_jpeg_marker(const std::string& file, int marker, const std::string& data) {
  return file.substr(0, 2) + '\xff' + static_cast<char>(marker) +
         big_endian(static_cast<std::uint32_t>(data.size() + 2), 2) + data + file.substr(2);
}

// WebP

inline std::string webp(const Picture& picture, bool lossless = true, float quality = 95) {
  const std::string bytes = picture.bytes();
  const auto* from = reinterpret_cast<const std::uint8_t*>(bytes.data());
  const int width = picture.width, height = picture.height, row = width * picture.channels;
  std::uint8_t* data = nullptr;
  std::size_t size = 0;
  if (picture.channels == 4)
    size = lossless ? WebPEncodeLosslessRGBA(from, width, height, row, &data)
                    : WebPEncodeRGBA(from, width, height, row, quality, &data);
  else
    size = lossless ? WebPEncodeLosslessRGB(from, width, height, row, &data)
                    : WebPEncodeRGB(from, width, height, row, quality, &data);
  std::string text(reinterpret_cast<char*>(data), size);
  WebPFree(data);
  return text;
}

inline std::string webp_chunk(const std::string& name, const std::string& data) {
  return name + little_endian(static_cast<std::uint32_t>(data.size())) + data +
         std::string(data.size() % 2, '\0');
}

// The extended form, with a profile or EXIF data or both.
inline std::string extended_webp(const Picture& picture, const std::string& profile,
                                 const std::string& exif) {
  const char flags = static_cast<char>((profile.empty() ? 0 : 0x20) | (exif.empty() ? 0 : 0x08));
  std::string body =
      webp_chunk("VP8X", flags + std::string(3, '\0') + little_endian(picture.width - 1, 3) +
                             little_endian(picture.height - 1, 3));
  if (!profile.empty()) body += webp_chunk("ICCP", profile);
  body += webp(picture).substr(12);
  if (!exif.empty()) body += webp_chunk("EXIF", exif);
  return "RIFF" + little_endian(static_cast<std::uint32_t>(body.size() + 4)) + "WEBP" + body;
}

// TIFF

struct TiffForm {
  const char* mode = "w";  // "wb" big-endian, "wl" little-endian, "w8" BigTIFF
  int photometric = -1;    // by the channels
  bool apart = false;      // planes
  int tile = 0;
  int rows_per_strip = 0;
  int compression = COMPRESSION_NONE;
  int predictor = 1;
  int orientation = 1;
  int opacity = -1;  // EXTRASAMPLE_...
  int format = SAMPLEFORMAT_UINT;
  int bits = 0;  // by the picture
  std::string profile = {};
  std::vector<std::uint16_t> palette = {};  // red, then green, then blue
};

struct TiffMemory {
  std::string bytes;
  std::size_t position = 0;
};

inline TiffMemory& memory_of(thandle_t handle) { return *static_cast<TiffMemory*>(handle); }

inline TIFF* open_tiff_memory(TiffMemory& memory, const char* mode) {
  return TIFFClientOpen(
      "memory", mode, &memory,
      [](thandle_t handle, void* data, tmsize_t count) -> tmsize_t {
        TiffMemory& m = memory_of(handle);
        const std::size_t left = m.bytes.size() - std::min(m.position, m.bytes.size());
        const std::size_t got = std::min(left, static_cast<std::size_t>(count));
        m.bytes.copy(static_cast<char*>(data), got, m.position);
        m.position += got;
        return static_cast<tmsize_t>(got);
      },
      [](thandle_t handle, void* data, tmsize_t count) -> tmsize_t {
        TiffMemory& m = memory_of(handle);
        const auto size = static_cast<std::size_t>(count);
        if (m.bytes.size() < m.position + size) m.bytes.resize(m.position + size);
        m.bytes.replace(m.position, size, static_cast<const char*>(data), size);
        m.position += size;
        return count;
      },
      [](thandle_t handle, toff_t offset, int whence) -> toff_t {
        TiffMemory& m = memory_of(handle);
        const toff_t base = whence == SEEK_SET   ? 0
                            : whence == SEEK_CUR ? m.position
                                                 : m.bytes.size();
        m.position = base + offset;
        return m.position;
      },
      [](thandle_t) { return 0; },
      [](thandle_t handle) -> toff_t { return memory_of(handle).bytes.size(); }, nullptr, nullptr);
}

// `rows` replaces the samples of the picture, packed.
inline std::string tiff(const Picture& picture, const TiffForm& form = {},
                        const std::string& rows = "") {
  TiffMemory memory;
  TIFF* file = open_tiff_memory(memory, form.mode);
  const int bits = form.bits != 0 ? form.bits : picture.wide ? 16 : 8;
  TIFFSetField(file, TIFFTAG_IMAGEWIDTH, picture.width);
  TIFFSetField(file, TIFFTAG_IMAGELENGTH, picture.height);
  TIFFSetField(file, TIFFTAG_BITSPERSAMPLE, bits);
  TIFFSetField(file, TIFFTAG_SAMPLESPERPIXEL, picture.channels);
  TIFFSetField(file, TIFFTAG_SAMPLEFORMAT, form.format);
  TIFFSetField(file, TIFFTAG_PHOTOMETRIC,
               form.photometric >= 0   ? form.photometric
               : picture.channels >= 3 ? PHOTOMETRIC_RGB
                                       : PHOTOMETRIC_MINISBLACK);
  TIFFSetField(file, TIFFTAG_PLANARCONFIG,
               form.apart ? PLANARCONFIG_SEPARATE : PLANARCONFIG_CONTIG);
  TIFFSetField(file, TIFFTAG_COMPRESSION, form.compression);
  if (form.predictor != 1) TIFFSetField(file, TIFFTAG_PREDICTOR, form.predictor);
  TIFFSetField(file, TIFFTAG_ORIENTATION, form.orientation);
  if (form.opacity >= 0) {
    const auto kind = static_cast<std::uint16_t>(form.opacity);
    TIFFSetField(file, TIFFTAG_EXTRASAMPLES, 1, &kind);
  }
  if (!form.profile.empty())
    TIFFSetField(file, TIFFTAG_ICCPROFILE, static_cast<std::uint32_t>(form.profile.size()),
                 form.profile.data());
  if (!form.palette.empty()) {
    const std::size_t third = form.palette.size() / 3;
    TIFFSetField(file, TIFFTAG_COLORMAP, form.palette.data(), form.palette.data() + third,
                 form.palette.data() + 2 * third);
  }
  const int turns = form.apart ? picture.channels : 1;
  const int step = form.apart ? 1 : picture.channels;
  const std::size_t pixel_bytes = static_cast<std::size_t>(step * bits / 8);
  // Rows [height][bytes] of one plane.
  const auto plane_rows = [&](int plane) {
    if (!rows.empty()) return rows;
    if (!form.apart) return picture.bytes();
    Picture one{picture.height, picture.width, 1, picture.wide, {}};
    for (int y = 0; y < picture.height; ++y)
      for (int x = 0; x < picture.width; ++x) one.values.push_back(picture.at(y, x, plane));
    return one.bytes();
  };
  if (form.tile > 0) {
    TIFFSetField(file, TIFFTAG_TILEWIDTH, form.tile);
    TIFFSetField(file, TIFFTAG_TILELENGTH, form.tile);
  } else {
    TIFFSetField(file, TIFFTAG_ROWSPERSTRIP,
                 form.rows_per_strip > 0 ? form.rows_per_strip : picture.height);
  }
  for (int plane = 0; plane < turns; ++plane) {
    std::string data = plane_rows(plane);
    const std::size_t row_bytes = data.size() / static_cast<std::size_t>(picture.height);
    if (form.tile == 0) {
      for (int y = 0; y < picture.height; ++y)
        TIFFWriteScanline(file, data.data() + static_cast<std::size_t>(y) * row_bytes, y, plane);
      continue;
    }
    for (int top = 0; top < picture.height; top += form.tile)
      for (int left = 0; left < picture.width; left += form.tile) {
        const std::size_t tile_row = static_cast<std::size_t>(form.tile) * pixel_bytes;
        std::string tile(tile_row * static_cast<std::size_t>(form.tile), '\0');
        const std::size_t start = static_cast<std::size_t>(left) * pixel_bytes;
        const std::size_t part = std::min(tile_row, row_bytes - start);
        for (int y = 0; y < form.tile && top + y < picture.height; ++y)
          tile.replace(static_cast<std::size_t>(y) * tile_row, part, data,
                       static_cast<std::size_t>(top + y) * row_bytes + start, part);
        TIFFWriteTile(file, tile.data(), left, top, 0, plane);
      }
  }
  TIFFClose(file);
  return memory.bytes;
}

// Others

// EXIF data that hold the orientation alone.
inline std::string exif(int orientation) {
  std::string text("MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0", 19);
  text += static_cast<char>(orientation);
  text.append(6, '\0');
  return text;
}

inline std::string saved(cmsHPROFILE profile) {
  cmsUInt32Number size = 0;
  cmsSaveProfileToMem(profile, nullptr, &size);
  std::string bytes(size, '\0');
  cmsSaveProfileToMem(profile, bytes.data(), &size);
  cmsCloseProfile(profile);
  return bytes;
}

inline std::string display_p3() {
  const cmsFloat64Number parameters[]{2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045};
  cmsToneCurve* curve = cmsBuildParametricToneCurve(nullptr, 4, parameters);
  cmsToneCurve* curves[]{curve, curve, curve};
  const cmsCIExyY white{0.3127, 0.3290, 1};
  const cmsCIExyYTRIPLE primaries{{0.680, 0.320, 1}, {0.265, 0.690, 1}, {0.150, 0.060, 1}};
  const std::string bytes = saved(cmsCreateRGBProfile(&white, &primaries, curves));
  cmsFreeToneCurve(curve);
  return bytes;
}

inline std::string srgb() { return saved(cmsCreate_sRGBProfile()); }

inline std::string grey_of_gamma(double gamma) {
  cmsToneCurve* curve = cmsBuildGamma(nullptr, gamma);
  const std::string bytes = saved(cmsCreateGrayProfile(cmsD50_xyY(), curve));
  cmsFreeToneCurve(curve);
  return bytes;
}

}  // namespace sgilo::sample
