#include "sgilo/data/image_codec.h"

#include <utility>

#include "sgilo/core/error.h"
#include "sgilo/files/file_problem.h"

#ifdef SGILO_WITH_OPENCV
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgcodecs.hpp>
#endif

namespace sgilo {
namespace {

DecodeGuard& decode_guard() {
  static DecodeGuard guard;
  return guard;
}

}  // namespace

DecodeGuard set_decode_guard(DecodeGuard guard) {
  return std::exchange(decode_guard(), std::move(guard));
}

#ifdef SGILO_WITH_OPENCV
namespace {

// OpenCV neither starts threads nor prints: the project counts its threads and words its errors.
void silence_opencv() {
  static const bool done = [] {
    cv::setNumThreads(0);
    cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
    cv::redirectError([](int, const char*, const char*, const char*, int, void*) { return 0; });
    return true;
  }();
  static_cast<void>(done);
}

// Interleaved blue, green, red (and opacity) samples of type T to planes in [0, 1].
template <class T>
Tensor planes_of(const cv::Mat& picture) {
  const int channels = picture.channels();
  const Tensor planes = torch::empty({channels, picture.rows, picture.cols});
  const std::int64_t plane_size = std::int64_t{picture.rows} * picture.cols;
  constexpr float kLargest = std::numeric_limits<T>::max();
  for (int channel = 0; channel < channels; ++channel) {
    const int source = channels >= 3 && channel < 3 ? 2 - channel : channel;
    float* out = planes.data_ptr<float>() + channel * plane_size;
    for (int row = 0; row < picture.rows; ++row) {
      const T* in = picture.ptr<T>(row) + source;
      for (int column = 0; column < picture.cols; ++column, in += channels)
        *out++ = static_cast<float>(*in) / kLargest;
    }
  }
  return planes;
}

}  // namespace

Tensor decode_image(std::string_view bytes, const std::filesystem::path& path) {
  silence_opencv();
  cv::Mat picture;
  const auto decode = [&] {
    try {
      const cv::Mat buffer(1, static_cast<int>(bytes.size()), CV_8U,
                           const_cast<char*>(bytes.data()));
      picture = cv::imdecode(buffer, cv::IMREAD_UNCHANGED);
    } catch (const cv::Exception&) {
      picture.release();
    }
  };
  if (decode_guard())
    decode_guard()(decode);
  else
    decode();
  if (picture.empty()) throw format_error(path, "is damaged: its picture cannot be decoded");
  const int channels = picture.channels();
  if (channels == 1 || channels == 3 || channels == 4) {
    if (picture.depth() == CV_8U) return planes_of<std::uint8_t>(picture);
    if (picture.depth() == CV_16U) return planes_of<std::uint16_t>(picture);
  }
  throw format_error(path, concat("has ", channels, " channels of ", 8 * picture.elemSize1(),
                                  "-bit samples, but 1, 3 or 4 whole numbers of 8 or 16 bits are "
                                  "accepted"));
}

std::string encode_png_samples(const Tensor& samples) {
  silence_opencv();
  const Tensor interleaved = samples.flip(0).permute({1, 2, 0}).contiguous();
  const cv::Mat picture(static_cast<int>(samples.size(1)), static_cast<int>(samples.size(2)),
                        samples.size(0) == 3 ? CV_8UC3 : CV_8UC1, interleaved.data_ptr());
  std::vector<unsigned char> bytes;
  if (!cv::imencode(".png", picture, bytes, {cv::IMWRITE_PNG_COMPRESSION, 6}))
    throw Error("a PNG image cannot be encoded");
  return {bytes.begin(), bytes.end()};
}

#else

namespace {
constexpr const char* kNoImages =
    "this build has no image formats; configure it with -DSGILO_IMAGES=ON";
}

Tensor decode_image(std::string_view, const std::filesystem::path& path) {
  throw ConfigError(concat(path.string(), ": ", kNoImages));
}

std::string encode_png_samples(const Tensor&) { throw ConfigError(kNoImages); }

#endif

}  // namespace sgilo
