// StyleGAN2 as a split generator in standardised coordinates (docs/mathematics.md, "Coordinates").
//   styles    [N, rows, w]   z with w = lrelu_0.2(m + L z): Gaussianised styles, since slope 5
//                            inverts slope 0.2
//   noise_j   [N, 1, r, r]   as they enter the network; at stage k those of blocks k and later
//   features  [N, C, r, r]   at stages k >= 1: (x - mean) / scale per channel, x = what block k-1
//                            leaves; for k >= 2 three more channels hold the upsampled skip image
//                            of the blocks before k-1, so that the variable is complete and
//                            G2(G1(z)) = G(z)
#pragma once

#include <map>
#include <optional>
#include <string>

#include "sgilo/core/observer.h"
#include "sgilo/core/state_dict.h"
#include "sgilo/generator/generator.h"
#include "sgilo/generator/stylegan2.h"

namespace sgilo {

struct ChannelCoordinates {
  Tensor mean, scale;  // [C]
};

struct StyleGan2Coordinates {
  Tensor style_mean;    // m [w]
  Tensor style_factor;  // L [w, w], lower triangular:
                        // L L^T = covariance of lrelu_5(w) over random inputs
  std::map<int, ChannelCoordinates> layers;

  StateDict state() const;  // "styles.mean", "styles.factor", "layer_1.mean", ...
  static StyleGan2Coordinates from_state(const StateDict& state);  // throws FormatError
};

// From `count` random inputs; the layers' statistics with style mixing, as the scores see them.
// A step of the observer is an image; nothing when it asks to stop.
std::optional<StyleGan2Coordinates> estimate_coordinates(StyleGan2 network, std::int64_t count,
                                                         const RandomStreams& streams,
                                                         Observer& observer);

class StyleGan2Generator : public Generator {
 public:
  StyleGan2Generator(StyleGan2 network, StyleGan2Coordinates coordinates);

  int layers() const override;
  Shape image_shape() const override;
  std::string describe() const override;
  LatentState draw(int layer, const std::vector<RandomStreams>& rows) const override;
  Tensor decode(const LatentState& state) const override;
  Tensor decode(const LatentState& state, std::int64_t last_block) const;  // its skip image alone
  LatentState advance(const LatentState& state, int to_layer) const override;

  // Like draw, but each row takes its styles from two
  // inputs with a random crossover, as in training.
  LatentState draw_mixed(int layer, const std::vector<RandomStreams>& rows) const;
  Shape variable_shape(int layer, std::string_view name) const;  // without the batch axis
  std::int64_t dimension(int layer) const;  // p: numbers in the layer's variable

  Tensor styles_from_coordinates(const Tensor& z) const;  // z [N, rows, w] -> ws
  Tensor coordinates_from_styles(const Tensor& ws) const;
  const StyleGan2& network() const { return network_; }
  const StyleGan2Coordinates& coordinates() const { return coordinates_; }

 private:
  Noises noises_of(const LatentState& state) const;
  BlockState block_state(const LatentState& state, const Tensor& ws) const;
  LatentState state_from_styles(int layer, const Tensor& ws,
                                const std::vector<RandomStreams>& rows) const;
  Tensor standardised_features(const BlockState& before, const Tensor& features, int layer) const;

  StyleGan2 network_;
  StyleGan2Coordinates coordinates_;
  Tensor inverse_factor_;  // L^-1
};

}  // namespace sgilo
