#include "sgilo/runs/make_solver.h"

#include <numeric>

namespace sgilo {
namespace {

std::unique_ptr<Solver> make(const CsgmOptions& options) { return std::make_unique<Csgm>(options); }
std::unique_ptr<Solver> make(const IloOptions& options) { return std::make_unique<Ilo>(options); }
std::unique_ptr<Solver> make(const SgiloOptions& options) {
  return std::make_unique<Sgilo>(options);
}
std::unique_ptr<Solver> make(const ReleasedSgiloOptions& options) {
  return std::make_unique<ReleasedSgilo>(options);
}

template <class O>
std::int64_t evaluations(const O& options) {
  return options.evaluations;
}
std::int64_t evaluations(const ReleasedSgiloOptions& options) {
  return std::accumulate(options.steps.begin(), options.steps.end(), std::int64_t{0});
}

template <class O>
std::int64_t kept(const O&) {
  return 1;
}
std::int64_t kept(const SgiloOptions& options) { return kept_draws(options); }

}  // namespace

std::unique_ptr<Solver> make_solver(const SolverOptions& options) {
  return std::visit([](const auto& member) { return make(member); }, options);
}

std::int64_t chains_of(const SolverOptions& options) {
  return std::visit([](const auto& member) { return std::int64_t{member.chains}; }, options);
}

std::int64_t evaluations_of(const SolverOptions& options) {
  return std::visit([](const auto& member) { return evaluations(member); }, options);
}

std::int64_t kept_of(const SolverOptions& options) {
  return std::visit([](const auto& member) { return kept(member); }, options);
}

}  // namespace sgilo
