#include "sgilo/data/codecs/tiff_codec.h"

#include <tiffio.h>

#include <algorithm>
#include <array>
#include <limits>
#include <memory>

namespace sgilo {
namespace {

constexpr std::uint64_t kLargestTable = 16 << 20;  // bytes that libtiff may allocate besides data
constexpr std::uint64_t kLargestRow = 64 << 20;    // of a row or a tile, decoded
constexpr int kMostScans = 20;                     // of JPEG data; encoders make 1 to 18
constexpr std::uint32_t kReducedPage = 1;          // of NewSubfileType

// How many bytes a byte of the file can become.
struct Compression {
  std::uint16_t tag;
  std::uint64_t most_ratio;
};
constexpr std::array kCompressions{
    Compression{COMPRESSION_NONE, 1},       Compression{COMPRESSION_PACKBITS, 64},
    Compression{COMPRESSION_LZW, 4096},     Compression{COMPRESSION_ADOBE_DEFLATE, 1032},
    Compression{COMPRESSION_DEFLATE, 1032}, Compression{COMPRESSION_JPEG, 512}};

std::string compression_name(std::uint16_t tag) {
  switch (tag) {
    case COMPRESSION_CCITTRLE:
    case COMPRESSION_CCITTRLEW:
    case COMPRESSION_CCITTFAX3:
    case COMPRESSION_CCITTFAX4:
      return "CCITT fax coding";
    case COMPRESSION_OJPEG:
      return "JPEG in the old style";
    case COMPRESSION_LZMA:
      return "LZMA";
    case COMPRESSION_ZSTD:
      return "Zstandard";
    case COMPRESSION_WEBP:
      return "WebP";
    case COMPRESSION_LERC:
      return "LERC";
    case COMPRESSION_JBIG:
      return "JBIG";
    case COMPRESSION_JP2000:
    case 33003:
    case 33005:
      return "JPEG 2000";
    case 50002:
      return "JPEG XL";
    default:
      return concat("method ", tag);
  }
}

std::string photometric_name(std::uint16_t tag) {
  switch (tag) {
    case PHOTOMETRIC_MASK:
      return "of transparency alone";
    case PHOTOMETRIC_YCBCR:
      return "of YCbCr colours that are not JPEG";
    case PHOTOMETRIC_CIELAB:
    case PHOTOMETRIC_ICCLAB:
    case PHOTOMETRIC_ITULAB:
      return "of L*a*b* colours";
    case PHOTOMETRIC_LOGL:
    case PHOTOMETRIC_LOGLUV:
      return "of logarithmic luminance";
    case PHOTOMETRIC_CFA:
    case 34892:
      return "of a camera's raw data";
    default:
      return concat("of photometric interpretation ", tag);
  }
}

tmsize_t read_bytes(thandle_t handle, void* out, tmsize_t count) {
  auto* source = static_cast<ImageSource*>(handle);
  return static_cast<tmsize_t>(source->read(out, static_cast<std::size_t>(count)));
}
tmsize_t write_nothing(thandle_t, void*, tmsize_t) { return 0; }
toff_t seek(thandle_t handle, toff_t offset, int whence) {
  auto* source = static_cast<ImageSource*>(handle);
  source->seek(whence == SEEK_SET
                   ? offset
                   : (whence == SEEK_CUR ? source->position() : source->size()) + offset);
  return source->position();
}
int close_nothing(thandle_t) { return 0; }
toff_t size_of(thandle_t handle) { return static_cast<ImageSource*>(handle)->size(); }
int say_nothing(TIFF*, void*, const char*, const char*, va_list) { return 1; }

struct CloseTiff {
  void operator()(TIFF* tiff) const { TIFFClose(tiff); }
};
using Tiff = std::unique_ptr<TIFF, CloseTiff>;

Tiff open_tiff(ImageSource& source) {
  const std::unique_ptr<TIFFOpenOptions, decltype(&TIFFOpenOptionsFree)> options(
      TIFFOpenOptionsAlloc(), TIFFOpenOptionsFree);
  if (!options) throw Error("memory does not suffice to decode a TIFF image");
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), say_nothing, nullptr);
  TIFFOpenOptionsSetWarningHandlerExtR(options.get(), say_nothing, nullptr);
  // What is read from the file at once is no larger than the file, and what is decoded is a row.
  TIFFOpenOptionsSetMaxSingleMemAlloc(
      options.get(),
      static_cast<tmsize_t>(std::min(source.size(), kLargestRow * 16) + kLargestTable));
  return Tiff(TIFFClientOpenExt("image", "rm", &source, read_bytes, write_nothing, seek,
                                close_nothing, size_of, nullptr, nullptr, options.get()));
}

// What the first page says of itself.
struct Page {
  std::uint32_t width = 0, height = 0, subfile = 0, tile_width = 0, tile_height = 0;
  std::uint16_t bits = 1, samples = 1, format = SAMPLEFORMAT_UINT, photometric = 0,
                planar = PLANARCONFIG_CONTIG, compression = COMPRESSION_NONE, orientation = 1,
                ink_set = INKSET_CMYK, extra_count = 0;
  const std::uint16_t* extra = nullptr;
  bool tiled = false, has_photometric = false;

  bool apart() const { return planar == PLANARCONFIG_SEPARATE && samples > 1; }
  bool is_palette() const { return photometric == PHOTOMETRIC_PALETTE; }
};

Page page_of(TIFF* tiff) {
  Page page;
  TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &page.width);
  TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &page.height);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SUBFILETYPE, &page.subfile);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &page.bits);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &page.samples);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLEFORMAT, &page.format);
  page.has_photometric = TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &page.photometric) != 0;
  TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &page.planar);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_COMPRESSION, &page.compression);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_ORIENTATION, &page.orientation);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_INKSET, &page.ink_set);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_EXTRASAMPLES, &page.extra_count, &page.extra);
  page.tiled = TIFFIsTiled(tiff) != 0;
  if (page.tiled) {
    TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &page.tile_width);
    TIFFGetField(tiff, TIFFTAG_TILELENGTH, &page.tile_height);
  }
  return page;
}

std::uint64_t most_ratio(const ImageSource& source, std::uint16_t tag) {
  for (const Compression& compression : kCompressions)
    if (compression.tag == tag) return compression.most_ratio;
  throw source.error(concat("is a TIFF image compressed by ", compression_name(tag),
                            ", but none, PackBits, LZW, deflate and JPEG are accepted"));
}

void require_known_samples(const ImageSource& source, const Page& page) {
  constexpr std::string_view kAccepted =
      ", but whole numbers without sign of 1, 2, 4, 8 or 16 bits are accepted";
  const char* kind = page.format == SAMPLEFORMAT_INT             ? "signed"
                     : page.format == SAMPLEFORMAT_IEEEFP        ? "floating-point"
                     : page.format == SAMPLEFORMAT_COMPLEXINT    ? "complex"
                     : page.format == SAMPLEFORMAT_COMPLEXIEEEFP ? "complex"
                                                                 : "";
  if (*kind != '\0')
    throw source.error(
        concat("is a TIFF image of ", page.bits, "-bit ", kind, " samples", kAccepted));
  const bool whole_bytes = page.bits == 8 || page.bits == 16;
  const bool packed = (page.bits == 1 || page.bits == 2 || page.bits == 4) && page.samples == 1;
  if (!whole_bytes && !packed)
    throw source.error(concat("is a TIFF image of ", page.samples, " sample(s) of ", page.bits,
                              " bits per pixel", kAccepted,
                              page.bits < 8 ? " (fewer than 8 in one channel alone)" : ""));
  if (page.is_palette() && page.bits == 16)
    throw source.error("is a TIFF image with a palette of 16 bits, but up to 8 are accepted");
}

// Which samples of a pixel are colours, and which one is its opacity; -1 for none.
struct Channels {
  ColourModel model = ColourModel::grey;
  int opacity = -1;
};

FormatError refused_colours(const ImageSource& source, const Page& page) {
  return source.error(concat("is a TIFF image ", photometric_name(page.photometric),
                             ", but grey, palette, RGB and CMYK are accepted"));
}

Channels channels_of(const ImageSource& source, const Page& page) {
  Channels channels;
  int colours = 1;
  switch (page.photometric) {
    case PHOTOMETRIC_MINISWHITE:
    case PHOTOMETRIC_MINISBLACK:
      break;
    case PHOTOMETRIC_PALETTE:
      channels.model = ColourModel::rgb;
      break;
    case PHOTOMETRIC_RGB:
      channels.model = ColourModel::rgb;
      colours = 3;
      break;
    case PHOTOMETRIC_YCBCR:
      if (page.compression != COMPRESSION_JPEG) throw refused_colours(source, page);
      channels.model = ColourModel::rgb;
      colours = 3;
      break;
    case PHOTOMETRIC_SEPARATED:
      if (page.ink_set != INKSET_CMYK)
        throw source.error("is a TIFF image of inks that are not CMYK, which are not read");
      channels.model = ColourModel::cmyk;
      colours = 4;
      break;
    default:
      throw refused_colours(source, page);
  }
  const int others = page.samples - colours;
  const bool one_opacity =
      others == 1 && !page.is_palette() &&
      // RGB without a statement: programs that write four channels mean opacity.
      (page.extra_count == 1 && page.extra != nullptr
           ? page.extra[0] != EXTRASAMPLE_UNSPECIFIED || channels.model == ColourModel::rgb
           : channels.model == ColourModel::rgb);
  if (one_opacity)
    channels.opacity = colours;
  else if (others != 0)
    throw source.error(concat("is a TIFF image of ", page.samples, " samples per pixel, ",
                              page.photometric == PHOTOMETRIC_SEPARATED ? "CMYK"
                              : colours == 3                            ? "RGB"
                                                                        : "grey",
                              page.apart() ? " in separate planes" : "", ", but ", colours,
                              " and an opacity are accepted"));
  return channels;
}

// Every strip or tile lies in the file, none is left out, and all together can hold the picture.
void require_data(TIFF* tiff, const ImageSource& source, const Page& page, std::uint64_t raw) {
  const std::uint32_t count = page.tiled ? TIFFNumberOfTiles(tiff) : TIFFNumberOfStrips(tiff);
  std::uint64_t sum = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint64_t offset = TIFFGetStrileOffset(tiff, i);
    const std::uint64_t bytes = TIFFGetStrileByteCount(tiff, i);
    if (bytes == 0 || offset == 0)
      throw source.error("is a TIFF image that leaves parts of its picture out, which is not read");
    if (offset > source.size() || bytes > source.size() - offset)
      throw source.error(concat("is truncated: it ends at byte ", source.size(),
                                ", before the end of the picture"));
    sum += bytes;
  }
  if (sum > source.size())
    throw source.error("is damaged: parts of its picture lie on top of each other");
  require_bytes_for(source, raw / most_ratio(source, page.compression), page.width, page.height);
  if (sum < raw / most_ratio(source, page.compression)) throw source.failure();
}

// JPEG data in a TIFF have as many scans as they like, each of which passes over all of their part.
void require_few_scans(TIFF* tiff, ImageSource& source, const Page& page) {
  const std::uint32_t count = page.tiled ? TIFFNumberOfTiles(tiff) : TIFFNumberOfStrips(tiff);
  for (std::uint32_t i = 0; i < count; ++i) {
    std::string bytes(TIFFGetStrileByteCount(tiff, i), '\0');
    source.seek(TIFFGetStrileOffset(tiff, i));
    if (source.read(bytes.data(), bytes.size()) != bytes.size()) throw source.failure();
    int scans = 0;
    for (std::size_t at = bytes.find("\xff\xda"); at != bytes.npos;
         at = bytes.find("\xff\xda", at + 2))
      if (++scans > kMostScans)
        throw source.error(concat("has JPEG data of more than ", kMostScans,
                                  " scans, the most that are accepted in a TIFF image"));
  }
}

// Red, green and blue of each index.
struct Palette {
  std::array<std::array<std::uint16_t, 256>, 3> colours{};
  bool is_wide = false;  // old programs wrote palettes of 8 bits
};

Palette palette_of(TIFF* tiff, const ImageSource& source, const Page& page) {
  Palette palette;
  std::uint16_t* maps[3]{};
  if (TIFFGetField(tiff, TIFFTAG_COLORMAP, &maps[0], &maps[1], &maps[2]) == 0)
    throw source.error("is damaged: its palette is missing");
  const std::size_t count = std::size_t{1} << page.bits;
  for (std::size_t c = 0; c < 3; ++c) {
    std::copy_n(maps[c], count, palette.colours[c].begin());
    palette.is_wide = palette.is_wide || *std::max_element(maps[c], maps[c] + count) > 255;
  }
  return palette;
}

std::string profile_of(TIFF* tiff) {
  std::uint32_t length = 0;
  void* profile = nullptr;
  if (TIFFGetField(tiff, TIFFTAG_ICCPROFILE, &length, &profile) == 0) return {};
  return {static_cast<const char*>(profile), length};
}

// Writes decoded samples to the picture.
class Samples {
 public:
  Samples(const Page& page, const Palette& palette, DecodedPicture& picture)
      : page_(page), palette_(palette), picture_(picture) {}

  // `count` pixels of a row from (x, y) on; `plane` alone where planes lie apart.
  void put(const std::uint8_t* row, std::int64_t x, std::int64_t y, std::int64_t count, int plane) {
    if (page_.is_palette() && picture_.is_wide)
      put_colours(row, at<std::uint16_t>(x, y), count);
    else if (page_.is_palette())
      put_colours(row, at<std::uint8_t>(x, y), count);
    else if (page_.bits == 16)
      put_whole(reinterpret_cast<const std::uint16_t*>(row), at<std::uint16_t>(x, y), count, plane);
    else if (page_.bits == 8)
      put_whole(row, at<std::uint8_t>(x, y), count, plane);
    else
      put_levels(row, at<std::uint8_t>(x, y), count);
  }

 private:
  template <class T>
  T* at(std::int64_t x, std::int64_t y) {
    return reinterpret_cast<T*>(picture_.row(y)) + x * picture_.channels();
  }
  bool is_inverted(int channel) const {  // only grey ever is, not the opacity beside it
    return page_.photometric == PHOTOMETRIC_MINISWHITE && channel == 0;
  }
  template <class T>
  void put_whole(const T* row, T* out, std::int64_t count, int plane) {
    const int channels = picture_.channels(), here = page_.apart() ? 1 : channels;
    for (int c = 0; c < here; ++c) {
      const T flip = is_inverted(plane + c) ? std::numeric_limits<T>::max() : T{0};
      for (std::int64_t i = 0; i < count; ++i)
        out[i * channels + plane + c] = row[i * here + c] ^ flip;
    }
  }
  // One channel of up to 8 bits, packed from the highest bit on.
  unsigned index_at(const std::uint8_t* row, std::int64_t i) const {
    const auto bit = static_cast<std::uint64_t>(i) * page_.bits;
    return row[bit / 8] >> (8 - page_.bits - bit % 8) & ((1U << page_.bits) - 1);
  }
  template <class T>
  void put_colours(const std::uint8_t* row, T* out, std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i)
      for (const auto& colour : palette_.colours) *out++ = static_cast<T>(colour[index_at(row, i)]);
  }
  void put_levels(const std::uint8_t* row, std::uint8_t* out, std::int64_t count) {
    const unsigned largest = (1U << page_.bits) - 1;  // divides 255
    for (std::int64_t i = 0; i < count; ++i) {
      const unsigned level = index_at(row, i);
      out[i] =
          static_cast<std::uint8_t>(255 / largest * (is_inverted(0) ? largest - level : level));
    }
  }

  const Page& page_;
  const Palette& palette_;
  DecodedPicture& picture_;
};

bool read_strips(TIFF* tiff, const Page& page, Samples& out, std::vector<std::uint8_t>& row) {
  const std::uint16_t turns = page.apart() ? page.samples : 1;
  for (std::uint16_t plane = 0; plane < turns; ++plane)
    for (std::uint32_t y = 0; y < page.height; ++y) {
      if (TIFFReadScanline(tiff, row.data(), y, plane) != 1) return false;
      out.put(row.data(), 0, y, page.width, plane);
    }
  return true;
}

bool read_tiles(TIFF* tiff, const Page& page, Samples& out, std::vector<std::uint8_t>& tile) {
  const std::uint16_t turns = page.apart() ? page.samples : 1;
  const std::size_t row_bytes = static_cast<std::size_t>(TIFFTileRowSize64(tiff));
  for (std::uint16_t plane = 0; plane < turns; ++plane)
    for (std::uint64_t y = 0; y < page.height; y += page.tile_height)
      for (std::uint64_t x = 0; x < page.width; x += page.tile_width) {
        if (TIFFReadTile(tiff, tile.data(), static_cast<std::uint32_t>(x),
                         static_cast<std::uint32_t>(y), 0, plane) < 0)
          return false;
        const std::uint64_t rows = std::min<std::uint64_t>(page.tile_height, page.height - y);
        const std::uint64_t columns = std::min<std::uint64_t>(page.tile_width, page.width - x);
        for (std::uint64_t r = 0; r < rows; ++r)
          out.put(tile.data() + r * row_bytes, static_cast<std::int64_t>(x),
                  static_cast<std::int64_t>(y + r), static_cast<std::int64_t>(columns), plane);
      }
  return true;
}

void require_no_camera(TIFF* tiff, const ImageSource& source, const Page& page) {
  std::uint16_t count = 0;
  const void* values = nullptr;
  const std::uint8_t* version = nullptr;
  const bool is_raw = TIFFGetField(tiff, TIFFTAG_DNGVERSION, &version) != 0 ||
                      ((page.subfile & kReducedPage) != 0 &&
                       TIFFGetField(tiff, TIFFTAG_SUBIFD, &count, &values) != 0);
  if (is_raw)
    throw source.error(
        "is a camera's raw file, whose first page is a thumbnail, but PNG, JPEG, WebP and TIFF "
        "images are accepted");
}

}  // namespace

DecodedPicture decode_tiff(ImageSource& source) {
  const Tiff owned = open_tiff(source);
  TIFF* tiff = owned.get();
  if (tiff == nullptr) throw source.failure();
  Page page = page_of(tiff);
  require_no_camera(tiff, source, page);
  require_picture_size(source, page.width, page.height);
  most_ratio(source, page.compression);
  if (!page.has_photometric) throw source.error("is damaged: it does not say what its samples are");
  require_known_samples(source, page);
  const Channels channels = channels_of(source, page);
  if (page.compression == COMPRESSION_JPEG && page.photometric == PHOTOMETRIC_YCBCR)
    TIFFSetField(tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
  const std::uint64_t part = page.tiled ? TIFFTileSize64(tiff) : TIFFScanlineSize64(tiff);
  const std::uint64_t raw =
      part * (page.tiled ? TIFFNumberOfTiles(tiff)
                         : std::uint64_t{page.height} * (page.apart() ? page.samples : 1));
  if (part == 0 || part > kLargestRow) throw source.failure();
  require_data(tiff, source, page, raw);
  if (page.compression == COMPRESSION_JPEG) require_few_scans(tiff, source, page);

  DecodedPicture picture;
  picture.height = page.height;
  picture.width = page.width;
  picture.model = channels.model;
  picture.has_opacity = channels.opacity >= 0;
  picture.is_premultiplied = picture.has_opacity && page.extra_count == 1 &&
                             page.extra != nullptr && page.extra[0] == EXTRASAMPLE_ASSOCALPHA;
  picture.orientation = page.orientation >= 1 && page.orientation <= 8 ? page.orientation : 1;
  if (TIFFLastDirectory(tiff) == 0)
    picture.warnings.emplace_back("only the first of its pages was read");
  const Palette palette = page.is_palette() ? palette_of(tiff, source, page) : Palette();
  picture.is_wide = page.is_palette() ? palette.is_wide : page.bits == 16;
  picture.conversion = conversion_to_srgb(picture.model, picture.is_wide, profile_of(tiff));
  allocate_samples(source, picture);
  Samples samples(page, palette, picture);
  std::vector<std::uint8_t> decoded(part);
  if (!(page.tiled ? read_tiles : read_strips)(tiff, page, samples, decoded))
    throw source.failure();
  return picture;
}

}  // namespace sgilo
