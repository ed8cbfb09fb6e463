// What a run returns: its draws, as plain rows, so that runs of other chains or images join by
// concatenation; means and choices are functions of them. Nothing is chosen with a reference.
#pragma once

#include "sgilo/solvers/solver.h"

namespace sgilo {

struct Reconstruction {
  std::vector<RowKey> rows;  // in order of image and chain
  Draws draws;               // of each row
  LatentState latent;        // where each row ended
  Counts counts;
  std::vector<std::string> failures;  // of each row; empty: it went well
  bool finished = true;               // false: the observer stopped the run

  std::vector<std::uint64_t> images() const;  // keys of the images, rising

  // Per image, [images, C, H, W], over the kept draws of the chains that did not fail; NaN without
  // one.
  Tensor mean() const;
  Tensor standard_deviation() const;
  Tensor best() const;  // the last draw of the chain whose last draw has the lowest energy

  // Values of the rows, [rows, ...], by image: [images, chains, ...]. Throws ConfigError when the
  // images have different numbers of chains.
  Tensor by_image(const Tensor& values) const;
  Tensor last() const;         // [images, chains, C, H, W]: the last draw of each chain
  Tensor last_losses() const;  // [images, chains]: 0.5 ||A(x) - y||^2 of it
};

// Of one state; before its first draw, of where it is.
Reconstruction reconstruction(const SolverState& state, const Problem& problem);

// The rows of all parts in order, on the CPU. Throws ConfigError when a row occurs twice or their
// numbers of draws differ.
Reconstruction joined(const std::vector<Reconstruction>& parts);

}  // namespace sgilo
