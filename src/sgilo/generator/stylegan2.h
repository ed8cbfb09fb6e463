// StyleGAN2 for any power-of-two size and any widths: mapping and synthesis under the tensor names
// of the NVIDIA snapshots.
#pragma once

#include <memory>

#include "sgilo/core/state_dict.h"
#include "sgilo/generator/mapping.h"
#include "sgilo/generator/synthesis.h"

namespace sgilo {

struct StyleGan2Options {
  MappingOptions mapping;
  SynthesisOptions synthesis;
};

class StyleGan2Impl : public torch::nn::Module {
 public:
  explicit StyleGan2Impl(const StyleGan2Options& options);

  // z [N, z_dim] -> styles [N, style_rows, w_dim], all rows equal, truncated towards the mean
  // (psi = 1: not at all). `labels` [N, classes] where the mapping has classes.
  Tensor styles(const Tensor& z, double psi = 1.0, std::int64_t cutoff = -1,
                const Tensor& labels = {});

  MappingNetwork mapping{nullptr};
  SynthesisNetwork synthesis{nullptr};
};
TORCH_MODULE(StyleGan2);

// A network that takes over the tensors (adopt_state). Sizes are read off them; `resample_filter`
// buffers are ignored, tensors may be of any floating type. Throws FormatError naming the tensor
// that is missing or mis-shaped.
StyleGan2 stylegan2_from_state(StateDict state);

}  // namespace sgilo
