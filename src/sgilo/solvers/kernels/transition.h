// One move of all chains, by one of a family of kernels. A new kernel is its own file, with the
// functions below for its options, and a name in the variant.
#pragma once

#include <concepts>
#include <string>
#include <variant>

#include "sgilo/solvers/kernels/annealed.h"
#include "sgilo/solvers/kernels/langevin.h"
#include "sgilo/solvers/kernels/partial_reverse.h"

namespace sgilo {

using TransitionOptions =
    std::variant<AnnealedKernelOptions, LangevinKernelOptions, PartialReverseKernelOptions>;

// Where a kernel says nothing of its own.
template <class O>
void require_consistent(const O&, const std::string&) {}
template <class O>
void require_usable(const O&, const Problem&, const LatentState&) {}

// The chains' next variables. (The exact type: a kernel without its own function must not compile.)
LatentState transition(const std::same_as<TransitionOptions> auto& options, Target& target) {
  return std::visit([&](const auto& o) { return transition(o, target); }, options);
}
std::string describe(const std::same_as<TransitionOptions> auto& options) {
  return std::visit([](const auto& o) { return describe(o); }, options);
}
int evaluations_per_round(const std::same_as<TransitionOptions> auto& options) {
  return std::visit([](const auto& o) { return evaluations_per_round(o); }, options);
}
// Whether the kernel learns of the posterior in the warm-up.
bool adapts_in_warmup(const std::same_as<TransitionOptions> auto& options) {
  return std::visit([](const auto& o) { return adapts_in_warmup(o); }, options);
}

}  // namespace sgilo
