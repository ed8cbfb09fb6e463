#include "sgilo/data/codecs/webp_codec.h"

#include <webp/decode.h>
#include <webp/demux.h>

#include <memory>

#include "sgilo/data/codecs/exif_orientation.h"

namespace sgilo {
namespace {

constexpr std::uint64_t kHeaderBytes = 32;      // up to the size of a picture
constexpr std::uint64_t kMacroblock = 16 * 16;  // pixels, of a lossy picture: two bits at least
constexpr std::int64_t kFreePixels = 1 << 23;   // a lossless one may be of one colour
constexpr std::int64_t kMostPixelsPerByte = 1 << 12;

struct DeleteDemuxer {
  void operator()(WebPDemuxer* demuxer) const { WebPDemuxDelete(demuxer); }
};

std::string chunk(const WebPDemuxer* demuxer, const char* name) {
  WebPChunkIterator found;
  std::string bytes;
  if (WebPDemuxGetChunk(demuxer, name, 1, &found))
    bytes.assign(reinterpret_cast<const char*>(found.chunk.bytes), found.chunk.size);
  WebPDemuxReleaseChunkIterator(&found);
  return bytes;
}

std::uint64_t little_endian(const std::string& bytes, std::size_t offset, std::size_t count) {
  std::uint64_t value = 0;
  for (std::size_t i = count; i-- > 0;)
    value = value << 8 | static_cast<unsigned char>(bytes.at(offset + i));
  return value;
}

// The size that the first bytes state, before the rest is read: of the canvas of the extended form,
// else of the picture.
void allow_stated_size(ImageSource& source, const std::string& start) {
  int width = 0, height = 0;
  if (start.size() >= 30 && start.compare(12, 4, "VP8X") == 0) {
    width = static_cast<int>(little_endian(start, 24, 3) + 1);
    height = static_cast<int>(little_endian(start, 27, 3) + 1);
  } else if (!WebPGetInfo(reinterpret_cast<const std::uint8_t*>(start.data()), start.size(), &width,
                          &height)) {
    return;
  }
  require_picture_size(source, width, height);
}

// All of the file as its RIFF header states it.
std::string riff_bytes(ImageSource& source) {
  const std::string start = source.start(kHeaderBytes);
  allow_stated_size(source, start);
  const std::uint64_t length = 8 + little_endian(start, 4, 4);
  if (length > source.size())
    throw source.error(
        concat("is truncated: it ends at byte ", source.size(), ", before the end of the picture"));
  std::string bytes = source.start(length);
  if (bytes.size() < length) throw source.failure();
  return bytes;
}

void require_plausible(const ImageSource& source, const WebPBitstreamFeatures& found) {
  const std::int64_t pixels = std::int64_t{found.width} * found.height;
  const bool lossless = found.format == 2;
  const std::uint64_t needed =
      lossless ? static_cast<std::uint64_t>(pixels > kFreePixels ? pixels / kMostPixelsPerByte : 0)
               : static_cast<std::uint64_t>(pixels) / kMacroblock / 4;
  require_bytes_for(source, needed, found.width, found.height);
}

}  // namespace

DecodedPicture decode_webp(ImageSource& source) {
  const std::string bytes = riff_bytes(source);
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  WebPBitstreamFeatures found;
  const VP8StatusCode status = WebPGetFeatures(data, bytes.size(), &found);
  if (status == VP8_STATUS_OK && found.has_animation)
    throw source.error("is an animated WebP file, which is not read");
  if (status != VP8_STATUS_OK) throw source.failure();
  require_picture_size(source, found.width, found.height);
  require_plausible(source, found);
  DecodedPicture picture;
  picture.height = found.height;
  picture.width = found.width;
  picture.has_opacity = found.has_alpha != 0;
  const WebPData whole{data, bytes.size()};
  const std::unique_ptr<WebPDemuxer, DeleteDemuxer> demuxer(WebPDemux(&whole));
  if (demuxer) {
    picture.orientation = exif_orientation(chunk(demuxer.get(), "EXIF"));
    picture.conversion = conversion_to_srgb(picture.model, false, chunk(demuxer.get(), "ICCP"));
  }
  allocate_samples(source, picture);
  const auto decode = found.has_alpha ? WebPDecodeRGBAInto : WebPDecodeRGBInto;
  if (decode(data, bytes.size(), picture.samples.data(), picture.samples.size(),
             static_cast<int>(picture.row_bytes())) == nullptr)
    throw source.failure();
  return picture;
}

}  // namespace sgilo
