// The variables of one stage of a generator, in the standardised coordinates in which solvers move
// (docs/mathematics.md).
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sgilo/core/torch.h"

namespace sgilo {

// Variables in a fixed order; names: "features" (the layer's activations; StyleGAN2: with the
// upsampled skip image as three more channels), "styles" (Gaussianised rows), "noise_0", "noise_1",
// ... Each tensor is [N, ...], one row per chain of an image.
struct LatentState {
  int layer = 0;
  std::vector<std::pair<std::string, Tensor>> variables;

  bool has(std::string_view name) const;
  const Tensor& at(std::string_view name) const;  // throws ConfigError naming what is known
  Tensor& at(std::string_view name);
  std::int64_t rows() const;

  LatentState detached() const;                       // the same values, no history
  LatentState requiring_gradients() const;            // detached leaves that collect gradients
  LatentState select_rows(const Tensor& rows) const;  // rows: int64
  static LatentState concatenated(const std::vector<LatentState>& parts);
};

}  // namespace sgilo
