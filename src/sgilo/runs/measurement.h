// A measurement y = A(x) + noise, frozen: what a solver gets to see, and all that it gets to see.
// One file may hold several images that went through the same operator. The file is safetensors:
// "y" [images, measurement shape...], the operator's state under "operator.", and in the metadata
// the operator, the noise, the image shape, names and framings of the images.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "sgilo/checkpoint/byte_source.h"
#include "sgilo/data/image_framing.h"
#include "sgilo/operators/make_noise.h"
#include "sgilo/operators/make_operator.h"

namespace sgilo {

struct MeasuredImage {
  std::string name;      // of the file it came from, without folder and extension; unique
  ImageFraming framing;  // which square of that file
};

struct Measurement {
  Tensor values;  // y [images, measurement shape...], float32
  std::shared_ptr<const ForwardOperator> forward_operator;
  NoiseOptions noise;
  bool noise_estimated = false;  // sigma was not stated but estimated from the data
  bool observed = false;         // from data that were damaged already
  std::vector<MeasuredImage> images;
  std::int64_t seed = 0;  // of operator and noise

  std::shared_ptr<const NoiseModel> noise_model() const { return make_noise(noise); }
  std::int64_t count() const { return static_cast<std::int64_t>(images.size()); }
  std::int64_t scalars() const;  // numbers measured of each image
};

// The names of images from these files: "face", and "face-2" where that is taken.
std::vector<std::string> image_names(const std::vector<std::filesystem::path>& files);

// Measures pictures in memory, [images, C, H, W]: operator and noise are drawn from `seed`,
// the noise of image i from a stream of its own.
Measurement measure_pictures(const Tensor& pictures, std::vector<MeasuredImage> images,
                             const OperatorOptions& forward_operator, const NoiseOptions& noise,
                             std::int64_t seed, const OperatorFiles& files = {});

// Atomic; throws Error when the file cannot be written.
void write_measurement(const std::filesystem::path& path, const Measurement& measurement);

// Throws FormatError for a file that is missing, damaged or of another kind.
Measurement read_measurement(const std::filesystem::path& path);
// The same for bytes that are there already; `path` is their name.
Measurement read_measurement(const Bytes& bytes, const std::filesystem::path& path);

}  // namespace sgilo
