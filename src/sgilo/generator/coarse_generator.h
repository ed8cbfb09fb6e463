// A StyleGAN2 generator cut at a lower resolution: the skip image of its blocks so far, doubled up
// to the full size. It has the same variables; the noises of the blocks that are left out do
// nothing. The skip architecture makes an image at every resolution (Karras et al. 2020, section
// 4), so that early steps of a solver, which settle what is coarse, need not pay for the fine.
#pragma once

#include "sgilo/generator/stylegan2_generator.h"

namespace sgilo {

class CoarseGenerator : public Generator {
 public:
  // `side` of the images: 4, 8, ... up to the full one. Refers to `whole`. Throws ConfigError.
  CoarseGenerator(const StyleGan2Generator& whole, std::int64_t side);

  int layers() const override { return whole_.layers(); }
  Shape image_shape() const override { return whole_.image_shape(); }
  std::string describe() const override;
  LatentState draw(int layer, const std::vector<RandomStreams>& rows) const override {
    return whole_.draw(layer, rows);
  }
  // Throws ConfigError for a state of a layer that is left out.
  Tensor decode(const LatentState& state) const override;
  LatentState advance(const LatentState& state, int to_layer) const override {
    return whole_.advance(state, to_layer);
  }

 private:
  const StyleGan2Generator& whole_;
  std::int64_t side_, last_block_;
};

}  // namespace sgilo
