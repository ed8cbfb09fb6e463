// An inverse problem as solvers see it: y = A(G(v)) + noise with priors on the variables v. Solvers
// never see a reference image.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sgilo/core/torch.h"
#include "sgilo/generator/generator.h"
#include "sgilo/operators/forward_operator.h"
#include "sgilo/sampling/score_function.h"
#include "sgilo/sampling/sde.h"

namespace sgilo {

// Prior of one variable in its standardised coordinates. At least the score; the others where a
// closed form exists.
struct VariablePrior {
  ScoreFunction score;                            // of the smoothed prior at t of the problem's SDE
  std::function<Tensor(const Tensor& x)> energy;  // -log p up to a constant, [N] (may be empty)
  std::function<Tensor(const std::vector<RandomStreams>&)>
      draw;  // rows of the prior (may be empty)
};

struct Problem {
  const Generator* generator = nullptr;
  const ForwardOperator* forward_operator = nullptr;
  Tensor measurements;  // [images, ...]: one row per image; chain c of image i compares with row i
  double noise_std = 0.0;  // sigma of the measurement noise, in units of [-1,1] images
  double model_error_std =
      0.0;  // what the generator cannot reach; the likelihood's variance is the sum of both squares
  Sde sde;  // the diffusion whose times t the priors' scores take
  // Priors by stage and variable name; noise inputs without an entry are N(0, I).
  std::map<int, std::map<std::string, VariablePrior>> priors;
  // Keys of the images' random streams, so that an image's draws do not depend on the others beside
  // it; empty: 0, 1, 2, ...
  std::vector<std::uint64_t> image_keys;

  // Rows that the generator evaluates together, so that memory stays bounded; 0: all.
  std::int64_t rows_at_once = 0;

  // A cheaper stand-in for the generator in early steps, of the same variables; may be empty.
  std::shared_ptr<const Generator> coarse;

  double likelihood_variance() const {
    return noise_std * noise_std + model_error_std * model_error_std;
  }
};

}  // namespace sgilo
