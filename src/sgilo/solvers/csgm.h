// CSGM (Bora et al. 2017): gradient descent over the generator's one code,
//   z* = argmin_z ||A(G(z)) - y||^2,
// from several random starts; the lowest measurement loss wins. All style rows are one code, the
// noise inputs stay at their draws.
#pragma once

#include "sgilo/solvers/solver.h"

namespace sgilo {

struct CsgmOptions {
  static constexpr std::string_view kind = "csgm";
  int chains = 4;
  int evaluations = 300;
  double learning_rate = 0.1;
  static constexpr auto fields() {
    return std::tuple{
        field("chains", &CsgmOptions::chains, "restarts per image", positive<int>),
        field("evaluations", &CsgmOptions::evaluations, "Adam steps per restart", positive<int>),
        field("learning_rate", &CsgmOptions::learning_rate,
              "Adam's rate, falling to 0 over the last quarter", positive<double>)};
  }
};

class Csgm : public Solver {
 public:
  explicit Csgm(const CsgmOptions& options);  // throws ConfigError
  SolverState start(const Problem& problem, const std::vector<RowKey>& rows,
                    const RandomStreams& streams) const override;
  StepReport step(SolverState& state, const Problem& problem,
                  const RandomStreams& streams) const override;
  std::int64_t total_steps() const override { return options_.evaluations; }
  std::string describe() const override;

 private:
  CsgmOptions options_;
};

}  // namespace sgilo
