// StyleGAN2 split as the released SGILO program splits it (Daras et al. 2022), in its raw
// coordinates:
//   styles    [N, rows, w]  z with w = lrelu_0.2(std z + mean) (GaussianStyles), or each row
//                           through the mapping network
//   noise_j   [N, r, r]     of every block at every stage: stages leave those of earlier blocks
//                           unused, but the program keeps them
//   features  [N, C, r, r]  stage k >= 1: what block k-1 leaves
// Block k starts without a skip image, so that what the to-RGB layers of the blocks before it drew
// is lost: decode(advance(s, k)) is not decode(s). The limits of the activations that a checkpoint
// may state are ignored.
#pragma once

#include <optional>

#include "sgilo/core/state_dict.h"
#include "sgilo/generator/generator.h"
#include "sgilo/generator/stylegan2.h"

namespace sgilo {

// Gaussian stand-in for the mapping network: lrelu_5(w) of random inputs has about this mean and
// standard deviation in each coordinate.
struct GaussianStyles {
  Tensor mean, std;  // [w]

  Tensor styles(const Tensor& z) const;                      // [..., w] -> w [..., w]
  static GaussianStyles from_state(const StateDict& state);  // "mean", "std"; throws FormatError
};

class ReleasedGenerator : public Generator {
 public:
  // Without `fit` the styles go through the mapping network. Throws FormatError when sizes differ.
  explicit ReleasedGenerator(StyleGan2 network, std::optional<GaussianStyles> fit = {});

  int layers() const override;
  Shape image_shape() const override;
  std::string describe() const override;
  // All style rows are one draw of N(0, I).
  LatentState draw(int layer, const std::vector<RandomStreams>& rows) const override;
  Tensor decode(const LatentState& state) const override;
  LatentState advance(const LatentState& state, int to_layer) const override;

  Tensor styles(const Tensor& z) const;  // z [N, rows, w] -> ws [N, rows, w]
  const StyleGan2& network() const { return network_; }

 private:
  Noises noises_of(const LatentState& state) const;

  StyleGan2 network_;
  std::optional<GaussianStyles> fit_;
};

}  // namespace sgilo
