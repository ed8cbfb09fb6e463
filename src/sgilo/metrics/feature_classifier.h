// A small residual network that names the attributes of a portrait; its features serve the Frechet
// distance and its feature maps the perceptual distance. No normalisation layers: a residual block
// is (skip + branch) / sqrt 2 with leaky ReLUs (slope 0.2, gain sqrt 2), so the network has no
// statistics of the batch and treats each image alone. Heads are linear in the features.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sgilo/core/options.h"
#include "sgilo/core/random_streams.h"
#include "sgilo/core/torch.h"

namespace sgilo {

struct FeatureClassifierOptions {
  int resolution = 64;
  std::vector<int> widths = {16, 32, 64, 128, 192};
  int features = 256;
  std::vector<std::string> class_heads;
  std::vector<int> class_counts;
  std::vector<std::string> regressions;
  static constexpr auto fields() {
    using Self = FeatureClassifierOptions;
    return std::tuple{
        field("resolution", &Self::resolution, "side to which images are resized first",
              positive<int>),
        field("widths", &Self::widths, "channels at full resolution and after each halving",
              all_positive<int>),
        field("features", &Self::features, "features for the Frechet distance", positive<int>),
        field("class_heads", &Self::class_heads, "names of the categorical attributes"),
        field("class_counts", &Self::class_counts, "classes of each categorical attribute"),
        field("regressions", &Self::regressions, "names of the standardised scalar attributes")};
  }
};

struct ClassifierOutput {
  std::vector<Tensor> class_logits;  // per head [N, classes]
  Tensor regressions;                // [N, regressions]
};

class FeatureClassifierImpl : public torch::nn::Module {
 public:
  // Random weights from `streams`. Throws ConfigError for options out of range, for unequal numbers
  // of heads and counts and for a resolution that cannot be halved often enough.
  FeatureClassifierImpl(const FeatureClassifierOptions& options, const RandomStreams& streams);

  // Images [N, 3, H, W] in [-1, 1]; larger ones are averaged down to `resolution`, others resized
  // bilinearly. Everything is differentiable.
  ClassifierOutput forward(const Tensor& images);
  Tensor features(const Tensor& images);                   // [N, features]
  std::vector<Tensor> feature_maps(const Tensor& images);  // per width [N, width, side, side]

  ClassifierOutput classify(const Tensor& features);

  // Convolutions in bfloat16 with the weights kept as they are: faster where the processor has it,
  // about three significant digits. Off at first.
  void use_bfloat16(bool on) { bfloat16_ = on; }

  const FeatureClassifierOptions& options() const { return options_; }

 private:
  struct LayerImpl : torch::nn::Module {  // a convolution, or a linear map where side is 0
    LayerImpl(int outputs, int inputs, int side, const RandomStreams& streams);
    Tensor weight, bias;
  };
  using Layer = std::shared_ptr<LayerImpl>;
  struct Block {
    Layer first, second, skip;
  };
  Tensor convolve(const Tensor& x, const Layer& layer, int stride = 1) const;

  FeatureClassifierOptions options_;
  Layer stem_, to_features_, to_classes_, to_regressions_;
  std::vector<Block> blocks_;
  bool bfloat16_ = false;
};
TORCH_MODULE(FeatureClassifier);

}  // namespace sgilo
