#include "sgilo/data/codecs/jpeg_codec.h"

#include <jerror.h>
#include <jpeglib.h>

#include <algorithm>
#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "sgilo/data/codecs/exif_orientation.h"

namespace sgilo {
namespace {

// Encoders make 1 to 18 scans. Each passes over all of the picture, so that a large one may have fewer.
constexpr std::int64_t kFewScans = 20, kManyScans = 64, kScannedPixels = 1 << 28;
// Of a picture in several scans, which libjpeg keeps whole: 89 megapixels in full colour.
constexpr std::uint64_t kMostCoefficientBytes = std::uint64_t{512} << 20;
constexpr unsigned kLargestMarker = 0xffff;
constexpr std::string_view kAccepted = ", but baseline and progressive JPEG of 8 bits is accepted";

struct JpegReader {
  explicit JpegReader(ImageSource& bytes) : source(bytes) {}
  ~JpegReader() { jpeg_destroy_decompress(&info); }
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;

  jpeg_decompress_struct info{};
  jpeg_error_mgr errors{};
  jpeg_source_mgr manager{};
  jpeg_progress_mgr progress{};
  std::jmp_buf jump{};
  ImageSource& source;
  bool has_many_scans = false;
  bool is_harmed = false;  // parts of the picture were guessed
  bool is_inked = false;   // CMYK of Adobe: 255 is no ink
  JOCTET window[1 << 14];
  DecodedPicture picture;
};

JpegReader& reader_of(j_common_ptr info) { return *static_cast<JpegReader*>(info->client_data); }
JpegReader& reader_of(j_decompress_ptr info) {
  return *static_cast<JpegReader*>(info->client_data);
}

[[noreturn]] void give_up(j_common_ptr info) { std::longjmp(reader_of(info).jump, 1); }
void print_nothing(j_common_ptr) {}

// Bytes between segments, odd versions and transforms leave the picture whole; all other warnings
// mean that some of it is made up.
void note_warning(j_common_ptr info, int level) {
  if (level >= 0) return;
  const int code = info->err->msg_code;
  if (code != JWRN_EXTRANEOUS_DATA && code != JWRN_JFIF_MAJOR && code != JWRN_ADOBE_XFORM &&
      code != JWRN_TOO_MUCH_DATA && code != JWRN_BOGUS_ICC)
    reader_of(info).is_harmed = true;
}

std::int64_t most_scans(const JpegReader& reader) {
  const auto pixels = std::int64_t{reader.info.image_width} * reader.info.image_height;
  return std::clamp(kScannedPixels / pixels, kFewScans, kManyScans);
}

void limit_scans(j_common_ptr info) {
  JpegReader& reader = reader_of(info);
  if (reader.info.input_scan_number <= most_scans(reader)) return;
  reader.has_many_scans = true;
  give_up(info);
}

boolean fill_window(j_decompress_ptr info) {
  JpegReader& reader = reader_of(info);
  const std::size_t got = reader.source.read(reader.window, sizeof(reader.window));
  if (got == 0) give_up(reinterpret_cast<j_common_ptr>(info));
  info->src->next_input_byte = reader.window;
  info->src->bytes_in_buffer = got;
  return TRUE;
}

void skip_bytes(j_decompress_ptr info, long count) {
  for (; count > static_cast<long>(info->src->bytes_in_buffer); fill_window(info))
    count -= static_cast<long>(info->src->bytes_in_buffer);
  if (count <= 0) return;
  info->src->next_input_byte += count;
  info->src->bytes_in_buffer -= static_cast<std::size_t>(count);
}

void do_nothing(j_decompress_ptr) {}

// False when libjpeg gave up. It leaves `step` and what that calls by longjmp, so that these hold
// no object with a destructor.
bool try_step(JpegReader& reader, void (*step)(JpegReader&)) {
  if (setjmp(reader.jump) != 0) return false;
  step(reader);
  return true;
}

void read_header(JpegReader& reader) {
  jpeg_create_decompress(&reader.info);
  reader.info.client_data = &reader;
  reader.manager.init_source = do_nothing;
  reader.manager.fill_input_buffer = fill_window;
  reader.manager.skip_input_data = skip_bytes;
  reader.manager.resync_to_restart = jpeg_resync_to_restart;
  reader.manager.term_source = do_nothing;
  reader.info.src = &reader.manager;
  reader.progress.progress_monitor = limit_scans;
  reader.info.progress = &reader.progress;
  for (const int marker : {1, 2})
    jpeg_save_markers(&reader.info, JPEG_APP0 + marker, kLargestMarker);
  jpeg_read_header(&reader.info, TRUE);
}

void start(JpegReader& reader) { jpeg_start_decompress(&reader.info); }

void read_rows(JpegReader& reader) {
  jpeg_decompress_struct& info = reader.info;
  const std::size_t count = reader.picture.row_bytes();
  while (info.output_scanline < info.output_height) {
    JSAMPROW row = reader.picture.row(info.output_scanline);
    jpeg_read_scanlines(&info, &row, 1);
    for (std::size_t i = 0; reader.is_inked && i < count; ++i)
      row[i] = static_cast<JSAMPLE>(MAXJSAMPLE - row[i]);
  }
  jpeg_finish_decompress(&info);
}

FormatError failure(const JpegReader& reader) {
  const int code = reader.errors.msg_code, parameter = reader.errors.msg_parm.i[0];
  const auto refused = [&](const auto&... what) {
    return reader.source.error(concat("is ", what..., kAccepted));
  };
  if (reader.has_many_scans)
    return reader.source.error(
        concat("has more than ", most_scans(reader), " scans, the most that are accepted of ",
               reader.info.image_width, " x ", reader.info.image_height, " pixels"));
  if (code == JERR_BAD_PRECISION) return refused("a JPEG image of ", parameter, " bits per sample");
  if (code == JERR_UNKNOWN_MARKER && parameter == 0xf7) return refused("a JPEG-LS image");
  if (code == JERR_SOF_UNSUPPORTED)
    return refused(parameter == 0xc3 || parameter == 0xcb ? "a lossless JPEG image"
                                                          : "a hierarchical JPEG image");
  if (code == JERR_ARITH_NOTIMPL) return refused("a JPEG image of arithmetic coding");
  if (code == JERR_SOF_DUPLICATE)
    return reader.source.error("is damaged: it has two frame headers");
  return reader.source.failure();
}

// What cannot be decoded is refused, and so is what would take more than such a file is worth: each
// block of 64 samples takes a bit at the least.
void require_decodable(const JpegReader& reader) {
  const jpeg_decompress_struct& info = reader.info;
  std::uint64_t blocks = 0;
  for (int c = 0; c < info.num_components; ++c)
    blocks += std::uint64_t{info.comp_info[c].width_in_blocks} * info.comp_info[c].height_in_blocks;
  if (info.arith_code)
    throw reader.source.error(concat("is a JPEG image of arithmetic coding", kAccepted));
  require_bytes_for(reader.source, blocks / 8, info.image_width, info.image_height);
  const std::uint64_t coefficient_bytes = blocks * DCTSIZE2 * sizeof(JCOEF);
  if (jpeg_has_multiple_scans(const_cast<j_decompress_ptr>(&info)) &&
      coefficient_bytes > kMostCoefficientBytes)
    throw reader.source.error(concat("needs ", coefficient_bytes >> 20,
                                     " MiB for the coefficients of its scans, but ",
                                     kMostCoefficientBytes >> 20, " are accepted"));
}

ColourModel model_of(JpegReader& reader) {
  jpeg_decompress_struct& info = reader.info;
  switch (info.jpeg_color_space) {
    case JCS_GRAYSCALE:
      info.out_color_space = JCS_GRAYSCALE;
      return ColourModel::grey;
    case JCS_RGB:
    case JCS_YCbCr:
      info.out_color_space = JCS_RGB;
      return ColourModel::rgb;
    case JCS_CMYK:
    case JCS_YCCK:
      if (!info.saw_Adobe_marker)
        throw reader.source.error(
            "is a CMYK JPEG image without Adobe's marker, which leaves open whether 0 or 255 is "
            "full ink; save it as RGB");
      info.out_color_space = JCS_CMYK;
      reader.is_inked = true;
      return ColourModel::cmyk;
    default:
      throw reader.source.error(concat("is a JPEG image of ", info.num_components,
                                       " channels, but 1, 3 or 4 are accepted"));
  }
}

void read_markers(const JpegReader& reader, DecodedPicture& picture) {
  constexpr std::string_view kExif("Exif\0\0", 6);
  for (auto* marker = reader.info.marker_list; marker != nullptr; marker = marker->next) {
    const std::string_view data(reinterpret_cast<const char*>(marker->data), marker->data_length);
    if (marker->marker == JPEG_APP0 + 1 && data.starts_with(kExif))
      picture.orientation = exif_orientation(data);
  }
}

// The parts of an ICC profile, which libjpeg joins.
std::string profile_of(JpegReader& reader) {
  JOCTET* data = nullptr;
  unsigned length = 0;
  if (!jpeg_read_icc_profile(&reader.info, &data, &length)) return {};
  const std::unique_ptr<JOCTET, decltype(&std::free)> owned(data, std::free);
  return {reinterpret_cast<const char*>(data), length};
}

}  // namespace

DecodedPicture decode_jpeg(ImageSource& source) {
  JpegReader reader(source);
  reader.info.err = jpeg_std_error(&reader.errors);
  reader.info.client_data = &reader;
  reader.errors.error_exit = give_up;
  reader.errors.output_message = print_nothing;
  reader.errors.emit_message = note_warning;
  if (!try_step(reader, read_header)) throw failure(reader);
  const std::int64_t width = reader.info.image_width, height = reader.info.image_height;
  require_picture_size(source, width, height);
  require_decodable(reader);
  DecodedPicture& picture = reader.picture;
  picture.height = height;
  picture.width = width;
  picture.model = model_of(reader);
  read_markers(reader, picture);
  picture.conversion = conversion_to_srgb(picture.model, false, profile_of(reader));
  allocate_samples(source, picture);
  if (!try_step(reader, start)) throw failure(reader);
  if (!try_step(reader, read_rows)) throw failure(reader);
  if (reader.is_harmed) throw source.error("is damaged: parts of its picture are missing");
  return std::move(picture);
}

}  // namespace sgilo
