// The bare convolutions and matrix products of a step, by the fastest way that libtorch has here:
// what an implementation without any other cost would take.
#pragma once

#include <array>
#include <vector>

#include "sgilo/core/torch.h"
#include "sgilo/generator/synthesis.h"
#include "sgilo/score/vision_transformer.h"
#include "sgilo/training/adversarial_trainer.h"

namespace sgilo {

// 3x3 convolutions of [N, inputs, side, side], and how often: forward, backward to the input and to
// the weights.
struct BareConvolution {
  std::int64_t inputs, outputs, side;
  int forward = 1, backward = 1, weights = 0;
};
// Those of a synthesis network; an up-convolution has 9 taps per input pixel.
std::vector<BareConvolution> convolutions_of(const SynthesisOptions& options);
// Those of `steps` steps of adversarial training, in the first of which real images' gradients are
// penalised (adversarial_trainer.h).
std::vector<BareConvolution> convolutions_of(const AdversarialOptions& options, int steps);

// `count` products [batch, rows, inner] x [batch, inner, columns].
struct BareProduct {
  std::int64_t count, batch, rows, inner, columns;
};
std::vector<BareProduct> products_of(const VisionTransformerOptions& options, std::int64_t tokens,
                                     std::int64_t chains);

// Sums of the seconds of each, alone, after the ways (layouts, libraries) were compared once.
class BareRun {
 public:
  BareRun(std::vector<BareConvolution> convolutions, std::int64_t chains, torch::ScalarType type);
  BareRun(std::vector<BareProduct> products, torch::ScalarType type);
  double seconds() const;

 private:
  enum class Pass { forward, backward, weights };
  static constexpr std::array kPasses{Pass::forward, Pass::backward, Pass::weights};
  static int times(const BareConvolution& c, Pass pass);
  double seconds_of_convolution(const BareConvolution& c, Pass pass, bool channels_last) const;
  double seconds_of_product(const BareProduct& p, bool as_convolution) const;

  std::vector<BareConvolution> convolutions_;
  std::vector<BareProduct> products_;
  std::vector<std::array<bool, 3>> channels_last_;  // of each convolution's passes
  std::vector<bool> as_convolution_;                // of each product: 1x1 pixels
  std::int64_t chains_ = 1;
  torch::ScalarType type_;
};

}  // namespace sgilo
