// The bare convolutions and matrix products of a step, by the fastest way that libtorch has here:
// what an implementation without any other cost would take.
#pragma once

#include <vector>

#include "sgilo/core/torch.h"
#include "sgilo/generator/synthesis.h"
#include "sgilo/score/vision_transformer.h"

namespace sgilo {

// A 3x3 convolution of [N, inputs, side, side], forward and backward to its input.
struct BareConvolution {
  std::int64_t inputs, outputs, side;
};
// Those of a synthesis network; an up-convolution has 9 taps per input pixel.
std::vector<BareConvolution> convolutions_of(const SynthesisOptions& options);

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
  double seconds_of_convolution(const BareConvolution& c, bool channels_last) const;
  double seconds_of_product(const BareProduct& p, bool as_convolution) const;

  std::vector<BareConvolution> convolutions_;
  std::vector<BareProduct> products_;
  std::vector<bool> other_way_;  // of each: channels last; as 1x1 convolution
  std::int64_t chains_ = 1;
  torch::ScalarType type_;
};

}  // namespace sgilo
