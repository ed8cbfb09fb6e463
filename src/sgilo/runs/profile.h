// Where the time of a run goes, from the operations that libtorch reports of itself
// (at::RecordFunction): every instant belongs to one part, so that the parts add up to the whole.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "sgilo/report/table.h"
#include "sgilo/solvers/solver.h"

namespace sgilo {

// convolution: the generator's, with what its fused kernels do in the same pass; element-wise: all
// else that the generator does, forward and backward; score: its network; operator: forward and
// backward, with the loss; optimiser: what is left of the solver's steps; other: between them.
inline constexpr std::array<std::string_view, 6> kProfileParts{
    "convolution", "element-wise", "score", "operator", "optimiser", "other"};

// Watches this thread while it lives.
class Profile {
 public:
  Profile();
  ~Profile();
  Profile(const Profile&) = delete;
  Profile& operator=(const Profile&) = delete;

  // The problem and the solver with their calls marked; they refer to this object and to what they
  // are made of.
  Problem watched(const Problem& problem);
  std::unique_ptr<Solver> watched(const Solver& solver);

  std::map<std::string, double> seconds() const;  // of each part so far

  struct Implementation;

 private:
  std::unique_ptr<Implementation> own_;
};

// Part, seconds, share; the longest first.
Table profile_table(const std::map<std::string, double>& seconds);

}  // namespace sgilo
