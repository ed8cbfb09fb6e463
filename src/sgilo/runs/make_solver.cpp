#include "sgilo/runs/make_solver.h"

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

}  // namespace

std::unique_ptr<Solver> make_solver(const SolverOptions& options) {
  return std::visit([](const auto& member) { return make(member); }, options);
}

std::int64_t chains_of(const SolverOptions& options) {
  return std::visit([](const auto& member) { return std::int64_t{member.chains}; }, options);
}

}  // namespace sgilo
