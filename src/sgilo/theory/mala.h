// The Metropolis-adjusted Langevin algorithm (Roberts and Tweedie 1996): the Langevin step of
// chains.h as a proposal, accepted so that exp(-beta H) is the stationary law exactly. It draws the
// reference against which the bias of the plain chain shows.
#pragma once

#include <functional>
#include <utility>

#include "sgilo/theory/chains.h"

namespace sgilo {

// H [chains] and grad H [chains, n] of each row.
using LossAndGradient = std::function<std::pair<Tensor, Tensor>(const Tensor& x)>;

struct MalaResult {
  Tensor end;         // [chains, n]
  double acceptance;  // share of the proposals
};

// As run_chains; the inverse temperature must be finite. Throws ConfigError.
MalaResult run_mala(const LossAndGradient& field, const Tensor& start, const ChainOptions& options,
                    const RandomStreams& streams, const ChainVisitor& visit = {});

}  // namespace sgilo
