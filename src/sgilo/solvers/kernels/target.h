// The law that a transition kernel leaves invariant (or nearly so), as it sees it within one round:
//   exp(-U),  U(v) = -log p(y | A(G2(v))) - sum over the variables of log p(v_i)
// (equation 1) for all chains of a state at once, with the chains' randomness of this round. Data and
// priors are counted, and a chain where one of them is not finite fails.
#pragma once

#include <string_view>
#include <vector>

#include "sgilo/solvers/energy.h"
#include "sgilo/solvers/schedule.h"

namespace sgilo {

class Target {
 public:
  // Refers to problem and state. `streams`: one per row, of this step, which takes `round`.
  Target(const Problem& problem, SolverState& state, std::vector<RandomStreams> streams,
         const Moment& round)
      : now(round), problem_(problem), state_(state), streams_(std::move(streams)) {}
  Target(const Target&) = delete;

  const Moment now;

  const LatentState& latent() const { return state_.latent; }  // where the chains are
  Tensor measurements() const;                                 // [rows, ...]
  const Likelihood& likelihood() const { return problem_.likelihood; }
  KernelMemory& memory() { return state_.kernel; }
  bool adapting() const { return now.heat() > 0; }  // kernels learn in warm-up alone

  // One evaluation of every row, against `measured` [rows, ...].
  DataTerm data(const LatentState& v, const Tensor& measured, const Likelihood& likelihood);
  DataTerm data(const LatentState& v, const Tensor& measured) {
    return data(v, measured, likelihood());
  }

  // The prior of a variable of this stage; where its score is not finite, the row fails and the
  // score is 0. Refers to this target.
  ScoreFunction score(const Variable& variable);
  const Sde& sde(const Variable& variable) const;

  // N(0, I) of the shape of the variable. Noises of one round differ by purpose and number.
  Tensor noise(std::string_view purpose, const Variable& variable, std::int64_t number = 0) const;
  // The measurements with another draw of their noise.
  Tensor perturbed_measurements() const;

  const Tensor& loss() const { return loss_; }  // [rows]: of the last evaluation

 private:
  std::vector<RandomStreams> streams_for(std::string_view purpose, std::string_view name,
                                         std::int64_t number) const;

  const Problem& problem_;
  SolverState& state_;
  std::vector<RandomStreams> streams_;
  Tensor loss_;
};

}  // namespace sgilo
