#include "sgilo/solvers/kernels/target.h"

#include "sgilo/core/error.h"
#include "sgilo/sampling/batch.h"
#include "sgilo/solvers/chains.h"
#include "sgilo/solvers/variables.h"

namespace sgilo {

Tensor Target::measurements() const { return row_measurements(problem_, state_); }

DataTerm Target::data(const LatentState& v, const Tensor& measured, const Likelihood& likelihood) {
  DataTerm out = data_term(problem_, likelihood, v, measured, state_);
  loss_ = out.loss;
  return out;
}

ScoreFunction Target::score(const Variable& variable) {
  const Prior& prior = problem_.priors.at(state_.latent.layer, variable.role);
  return
      [this, &prior, name = variable.name, role = variable.role](const Tensor& x, const Tensor& t) {
        const torch::NoGradGuard no_grad;
        const Tensor value = prior.score(x, t);
        const Tensor finite = finite_rows(value);
        if (role != Role::noise) state_.counts.score_evaluations += x.size(0);
        mark_failures(state_, finite, concat("the score of ", name));
        return where_rows(finite, value, torch::zeros_like(value));
      };
}

const Sde& Target::sde(const Variable& variable) const {
  return problem_.priors.at(state_.latent.layer, variable.role).sde;
}

std::vector<RandomStreams> Target::streams_for(std::string_view purpose, std::string_view name,
                                               std::int64_t number) const {
  return children(children(streams_, purpose, static_cast<std::uint64_t>(number)), name);
}

Tensor Target::noise(std::string_view purpose, const Variable& variable,
                     std::int64_t number) const {
  return noise_like(variable.value, streams_for(purpose, variable.name, number));
}

Tensor Target::perturbed_measurements() const {
  return likelihood().perturb(measurements(), streams_for("perturb", "measurements", 0));
}

}  // namespace sgilo
