// The score network in the form that SGILO released (Daras et al. 2022): a ViT of one number per
// token as its time embedding, which every LayerNorm removes; heads of 64 channels; no final norm;
// for patches above 1 the tokens are reinterpreted in memory instead of un-patched. It runs
// released weights and is not meant for training.
#pragma once

#include "sgilo/core/state_dict.h"
#include "sgilo/sampling/score_function.h"
#include "sgilo/sampling/sde.h"

namespace sgilo {

class ReleasedTransformer {
 public:
  // `weights` under their released names, with or without "module." in front; image_shape
  // [C, H, W] (style rows: [w_dim, rows, 1]). All sizes are read from the weights. Throws
  // FormatError for a tensor that is missing or does not fit.
  ReleasedTransformer(const StateDict& weights, const Shape& image_shape);

  // x [N, C, H, W], t [N]. `hidden` takes the tokens [N, tokens, width] as they enter the layers
  // and as each attention and each MLP leaves them.
  Tensor forward(const Tensor& x, const Tensor& t, std::vector<Tensor>* hidden = nullptr) const;
  Tensor time_embedding(const Tensor& t) const;  // [N, tokens, 1], added to every channel
  std::string describe() const;

 private:
  const Tensor& at(const std::string& name) const;
  Tensor linear(const std::string& name, const Tensor& x) const;
  Tensor attention(const std::string& layer, const Tensor& tokens) const;

  StateDict weights_;
  Shape image_shape_;
  std::int64_t width_ = 0, depth_ = 0, heads_ = 0, patch_ = 1, tokens_ = 0;
};

// score(x, t) = -network(x, t) / std(t). The deviation of vp and subvp is taken from 1 - e^{2m} in
// float32, as in the released program: its rounding, 0.6 % of std at t = 1e-5 and 1e-4 of it at
// 1e-3, is part of the recorded numbers; before t = 1e-5, where little else is left of it, by
// expm1.
ScoreFunction released_score(const ReleasedTransformer& network, const Sde& sde);

}  // namespace sgilo
