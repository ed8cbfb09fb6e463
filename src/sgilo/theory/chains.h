// Many chains of Langevin dynamics on a loss H (SGILO equation B.3):
//   x <- x - eta grad H(x) + sqrt(2 eta / beta) u,  u ~ N(0, I),
// by the project's own step (sampling/langevin.h). Chains run in groups of a fixed size, each with
// its own random stream and on one thread, so that results do not depend on the number of threads.
#pragma once

#include <functional>

#include "sgilo/core/random_streams.h"

namespace sgilo {

// grad H of each row: [chains, n] -> [chains, n], of the same type.
using GradientField = std::function<Tensor(const Tensor& x)>;

inline constexpr std::int64_t kChainsPerGroup = 128;

// Calls body(first, count, stream) for rows first .. first + count - 1 of each group, in parallel,
// without gradients; the products inside use one thread. An error of a group travels on.
void for_each_group(std::int64_t chains, const RandomStreams& streams,
                    const std::function<void(std::int64_t first, std::int64_t count,
                                             const RandomStreams& group)>& body);

struct ChainOptions {
  double step_size = 0.1;            // eta
  double inverse_temperature = 2e3;  // beta; infinity: gradient descent
  int steps = 100;
};

// Sees the rows of one group before the first step (step 0) and after each; returns whether the
// group goes on. Called from several threads, each with rows of its own.
using ChainVisitor = std::function<bool(int step, std::int64_t first_row, const Tensor& x)>;

// start [chains, n] -> where the chains stand when they end. Throws ConfigError for a step size or
// temperature that is not positive, NumericError when a chain leaves the finite numbers.
Tensor run_chains(const GradientField& gradient, const Tensor& start, const ChainOptions& options,
                  const RandomStreams& streams, const ChainVisitor& visit = {});

// The loop under it, for steps of another kind: x <- step(x, stream of this group and step).
using ChainStep = std::function<Tensor(const Tensor& x, const RandomStreams& noise)>;
Tensor iterate_chains(const ChainStep& step, const Tensor& start, const ChainOptions& options,
                      const RandomStreams& streams, const ChainVisitor& visit = {});

// The same for steps that remember: each group gets its own from the rows where it starts.
using ChainStepMaker = std::function<ChainStep(const Tensor& start)>;
Tensor iterate_remembering_chains(const ChainStepMaker& make_step, const Tensor& start,
                                  const ChainOptions& options, const RandomStreams& streams,
                                  const ChainVisitor& visit = {});

// Steps that a Langevin time eta k takes. Throws ConfigError for more than two thousand million.
int steps_of(double time, double step_size);

// Standard normal numbers of a shape in a type.
Tensor normal_of(const RandomStreams& stream, torch::IntArrayRef shape, torch::ScalarType type);

}  // namespace sgilo
