// When a solver does what: stages one after the other, each of so many rounds (one step of the solver
// each) that share its evaluations, with a warm-up before draws are kept.
#pragma once

#include <cstdint>
#include <vector>

namespace sgilo {

struct Stage {
  int layer = 0;
  std::int64_t rounds = 0;
  std::int64_t evaluations = 0;  // per chain, in all rounds
  std::int64_t warmup = 0;       // rounds before draws are kept and adaptation ends
};

// The round that a step takes.
struct Moment {
  Stage stage;
  std::size_t number = 0;        // of the stage
  std::int64_t round = 0;        // of the stage
  std::int64_t evaluations = 0;  // of this round
  bool coarse = false;           // on the coarse generator
  bool leaves_coarse = false;    // the round before was
  bool keeps_draw = false;       // at its end

  double done() const;  // share of the stage's rounds, [0, 1)
  double heat() const;  // 1 at the start of the warm-up, falling to 0 at its end; then 0
};

class Schedule {
 public:
  Schedule() = default;
  // The first `coarse` evaluations of the first stage, in whole rounds, are on the coarse generator;
  // `kept` rounds of the last stage, evenly spread over those after its warm-up, end with a draw.
  explicit Schedule(std::vector<Stage> stages, std::int64_t coarse = 0, std::int64_t kept = 1);

  std::int64_t steps() const;
  Moment at(std::int64_t step) const;  // the last round for a step beyond the end
  const std::vector<Stage>& stages() const { return stages_; }

 private:
  std::vector<Stage> stages_;
  std::int64_t coarse_ = 0, kept_ = 1;
};

// A stage of `evaluations` in rounds of `per_round`, of which a share of `warmup` comes first.
Stage make_stage(int layer, std::int64_t evaluations, std::int64_t per_round, double warmup);

// Stages 0, 1, ... of one evaluation per round each.
std::vector<Stage> stages_of_steps(const std::vector<int>& steps);

}  // namespace sgilo
