#include "sgilo/data/codecs/png_codec.h"

#include <png.h>
#include <zlib.h>

#include <bit>
#include <csetjmp>

#include "sgilo/data/codecs/colour_profile.h"
#include "sgilo/data/codecs/exif_orientation.h"

namespace sgilo {
namespace {

constexpr png_uint_32 kMostSide = 100'000'000;        // kMostPixels is checked besides
constexpr png_alloc_size_t kLargestChunk = 16 << 20;  // of what is kept: profile, EXIF
constexpr std::uint64_t kMostDeflateRatio = 1032;     // 258 bytes in two bits

[[noreturn]] void give_up(png_structp png, png_const_charp) { png_longjmp(png, 1); }
void ignore(png_structp, png_const_charp) {}

struct PngReader {
  explicit PngReader(ImageSource& bytes) : source(bytes) {
    png = png_create_read_struct(PNG_LIBPNG_VER_STRING, nullptr, give_up, ignore);
    info = png == nullptr ? nullptr : png_create_info_struct(png);
  }
  ~PngReader() { png_destroy_read_struct(&png, &info, nullptr); }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;

  ImageSource& source;
  png_structp png = nullptr;
  png_infop info = nullptr;
  int passes = 1;  // over an interlaced picture: 7
  DecodedPicture picture;
};

// False when libpng gave up. It leaves `step` and what that calls by longjmp, so that these hold no
// object with a destructor.
template <class T>
bool try_step(T& state, void (*step)(T&)) {
  if (setjmp(png_jmpbuf(state.png)) != 0) return false;
  step(state);
  return true;
}

void read_bytes(png_structp png, png_bytep out, png_size_t count) {
  auto* source = static_cast<ImageSource*>(png_get_io_ptr(png));
  if (source->read(out, count) != count) png_error(png, "the file ends");
}

void read_header(PngReader& reader) {
  static const png_byte kTexts[] = "tEXt\0zTXt\0iTXt";
  static const png_byte kAnimation[] = "acTL";
  png_set_read_fn(reader.png, &reader.source, read_bytes);
  png_set_user_limits(reader.png, kMostSide, kMostSide);
  png_set_chunk_malloc_max(reader.png, kLargestChunk);
  png_set_chunk_cache_max(reader.png, 16);
  png_set_keep_unknown_chunks(reader.png, PNG_HANDLE_CHUNK_NEVER, kTexts, 3);
  png_set_keep_unknown_chunks(reader.png, PNG_HANDLE_CHUNK_ALWAYS, kAnimation, 1);
  png_read_info(reader.png, reader.info);
}

// Samples of 8 bits, or of 16 in the order of this machine; palettes and tRNS are resolved.
void prepare(PngReader& reader) {
  png_set_expand(reader.png);
  reader.passes = png_set_interlace_handling(reader.png);
  if constexpr (std::endian::native == std::endian::little) png_set_swap(reader.png);
  png_read_update_info(reader.png, reader.info);
}

void read_pixels(PngReader& reader) {
  for (int pass = 0; pass < reader.passes; ++pass)
    for (std::int64_t y = 0; y < reader.picture.height; ++y)
      png_read_row(reader.png, reader.picture.row(y), nullptr);
  png_read_end(reader.png, reader.info);
}

// What the chunks say about colours, as an ICC profile; empty for sRGB and when they say nothing.
std::string profile_of(PngReader& reader, bool grey) {
  png_charp name = nullptr;
  png_bytep data = nullptr;
  png_uint_32 length = 0;
  int method = 0, intent = 0;
  if (png_get_iCCP(reader.png, reader.info, &name, &method, &data, &length) != 0)
    return {reinterpret_cast<const char*>(data), length};
  if (png_get_sRGB(reader.png, reader.info, &intent) != 0) return {};
  StatedColours stated;
  double gamma = 0;
  if (png_get_gAMA(reader.png, reader.info, &gamma) != 0) stated.gamma = gamma;
  std::array<double, 8>& xy = stated.chromaticities;
  stated.has_chromaticities = png_get_cHRM(reader.png, reader.info, &xy[0], &xy[1], &xy[2], &xy[3],
                                           &xy[4], &xy[5], &xy[6], &xy[7]) != 0;
  return profile_of(stated, grey);
}

std::string exif_of(PngReader& reader) {
  png_bytep data = nullptr;
  png_uint_32 length = 0;
  if (png_get_eXIf_1(reader.png, reader.info, &length, &data) == 0) return {};
  return {reinterpret_cast<const char*>(data), length};
}

}  // namespace

DecodedPicture decode_png(ImageSource& source) {
  PngReader reader(source);
  if (reader.info == nullptr) throw Error("memory does not suffice to decode a PNG image");
  if (!try_step(reader, read_header)) throw source.failure();
  const std::int64_t width = png_get_image_width(reader.png, reader.info);
  const std::int64_t height = png_get_image_height(reader.png, reader.info);
  require_picture_size(source, width, height);
  require_bytes_for(source,
                    static_cast<std::uint64_t>(height) * png_get_rowbytes(reader.png, reader.info) /
                        kMostDeflateRatio,
                    width, height);
  if (!try_step(reader, prepare)) throw source.failure();
  const int channels = png_get_channels(reader.png, reader.info);
  DecodedPicture& picture = reader.picture;
  picture.height = height;
  picture.width = width;
  picture.model = channels <= 2 ? ColourModel::grey : ColourModel::rgb;
  picture.has_opacity = channels % 2 == 0;
  picture.is_wide = png_get_bit_depth(reader.png, reader.info) == 16;
  picture.conversion =
      conversion_to_srgb(picture.model, picture.is_wide, profile_of(reader, channels <= 2));
  allocate_samples(source, picture);
  if (!try_step(reader, read_pixels)) throw source.failure();
  picture.orientation = exif_orientation(exif_of(reader));
  png_unknown_chunkp chunks = nullptr;
  if (png_get_unknown_chunks(reader.png, reader.info, &chunks) > 0)
    picture.warnings.emplace_back("only the first of its frames was read");
  return std::move(picture);
}

namespace {

struct PngWriter {
  explicit PngWriter(const Tensor& tensor) : samples(tensor) {
    png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, give_up, ignore);
    info = png == nullptr ? nullptr : png_create_info_struct(png);
  }
  ~PngWriter() { png_destroy_write_struct(&png, &info); }
  PngWriter(const PngWriter&) = delete;
  PngWriter& operator=(const PngWriter&) = delete;

  const Tensor& samples;  // [height, width, channels]
  png_structp png = nullptr;
  png_infop info = nullptr;
  std::string bytes;
};

bool append(std::string& text, const png_byte* data, png_size_t count) noexcept {
  try {
    text.append(reinterpret_cast<const char*>(data), count);
    return true;
  } catch (const std::bad_alloc&) {
    return false;
  }
}

void write_bytes(png_structp png, png_bytep data, png_size_t count) {
  if (!append(*static_cast<std::string*>(png_get_io_ptr(png)), data, count))
    png_error(png, "no memory");
}
void flush_nothing(png_structp) {}

// The settings of all files so far, so that equal pictures stay equal bytes.
void write_all(PngWriter& writer) {
  const auto height = static_cast<png_uint_32>(writer.samples.size(0));
  const auto width = static_cast<png_uint_32>(writer.samples.size(1));
  const auto channels = static_cast<std::size_t>(writer.samples.size(2));
  png_set_write_fn(writer.png, &writer.bytes, write_bytes, flush_nothing);
  png_set_compression_level(writer.png, 6);
  png_set_compression_strategy(writer.png, Z_DEFAULT_STRATEGY);
  png_set_IHDR(writer.png, writer.info, width, height, 8,
               channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(writer.png, writer.info);
  const png_byte* row = writer.samples.data_ptr<std::uint8_t>();
  for (png_uint_32 y = 0; y < height; ++y, row += width * channels) png_write_row(writer.png, row);
  png_write_end(writer.png, writer.info);
}

}  // namespace

std::string encode_png_bytes(const Tensor& samples) {
  const Tensor interleaved = samples.permute({1, 2, 0}).contiguous();
  PngWriter writer(interleaved);
  if (writer.info == nullptr || !try_step(writer, write_all))
    throw Error("a PNG image cannot be encoded");
  return std::move(writer.bytes);
}

}  // namespace sgilo
