// The metrics of a comparison: each image against its reference, by formulas and by the networks that
// the options name.
#pragma once

#include <array>
#include <cmath>
#include <optional>
#include <vector>

#include "sgilo/checkpoint/torch_script.h"
#include "sgilo/metrics/feature_classifier.h"
#include "sgilo/metrics/lpips.h"
#include "sgilo/workflows/compare.h"

namespace sgilo {

struct Scores {
  double psnr = NAN, ssim = NAN, mse = NAN, perceptual = NAN, lpips = NAN, cosine = NAN;
  static constexpr std::array names{"psnr", "ssim", "mse", "perceptual", "lpips", "feature_cosine"};
  std::array<double, names.size()> values() const {  // NaN: there is none
    return {psnr, ssim, mse, perceptual, lpips, cosine};
  }
};

// The networks of those metrics that have one, and which columns there are.
struct Judges {
  FeatureClassifier classifier{nullptr};
  std::optional<Lpips> lpips;
  std::optional<TorchScript> feature_script;
  std::int64_t feature_size = 0;

  std::vector<std::size_t> metrics() const;            // of Scores::names
  Tensor script_features(const Tensor& images) const;  // in [-1, 1] -> [N, F]
};

// Throws ConfigError, FormatError.
Judges judges_of(const CompareOptions& options);

struct TrueImage {
  Tensor image;                        // [C, H, W]
  std::vector<Tensor> lpips_features;  // empty without LPIPS, and for an image too small for it
  Tensor script_features;              // [1, F]; undefined without a script
};

TrueImage reference_of(const Tensor& image, const Judges& judges);

// Means over the rows of `images` [N, C, H, W], each against the one reference; none without rows.
Scores scores_of(const Tensor& images, const TrueImage& reference, Judges& judges);

}  // namespace sgilo
