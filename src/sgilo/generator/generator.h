// G = G2 o G1, split in front of any layer (Daras et al. 2021; SGILO section 2): StyleGAN2, a
// random ReLU network, a pair of modules. Stage 0 holds the generator's own inputs; stage k >= 1
// the activations of layer k and whatever the layers behind it still take.
#pragma once

#include <string>
#include <vector>

#include "sgilo/core/random_streams.h"
#include "sgilo/generator/latent_state.h"

namespace sgilo {

class Generator {
 public:
  virtual ~Generator() = default;

  virtual int layers() const = 0;         // stages are 0 .. layers()
  virtual Shape image_shape() const = 0;  // [C, H, W]
  virtual std::string describe() const = 0;

  // Variables of stage `layer` from random inputs, one row per stream.
  virtual LatentState draw(int layer, const std::vector<RandomStreams>& rows) const = 0;
  // G2: image [N,C,H,W] in [-1,1] up to overshoot (never clamped),
  // differentiable in every variable.
  virtual Tensor decode(const LatentState& state) const = 0;
  // The start of a later stage that decodes to the same image: decode(advance(s, k)) = decode(s).
  virtual LatentState advance(const LatentState& state, int to_layer) const = 0;
};

}  // namespace sgilo
