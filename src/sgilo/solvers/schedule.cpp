#include "sgilo/solvers/schedule.h"

#include <algorithm>

namespace sgilo {
namespace {

// Evaluations of a stage before this round.
std::int64_t evaluations_before(const Stage& stage, std::int64_t round) {
  return round * stage.evaluations / stage.rounds;
}

}  // namespace

double Moment::done() const {
  return static_cast<double>(round) / static_cast<double>(stage.rounds);
}

double Moment::heat() const {
  if (round >= stage.warmup) return 0;
  return 1 - static_cast<double>(round) / static_cast<double>(stage.warmup);
}

Schedule::Schedule(std::vector<Stage> stages, std::int64_t coarse, std::int64_t kept)
    : stages_(std::move(stages)), coarse_(coarse), kept_(kept) {}

std::int64_t Schedule::steps() const {
  std::int64_t steps = 0;
  for (const Stage& stage : stages_) steps += stage.rounds;
  return steps;
}

Moment Schedule::at(std::int64_t step) const {
  Moment now;
  now.round = step;
  while (now.number + 1 < stages_.size() && now.round >= stages_[now.number].rounds)
    now.round -= stages_[now.number++].rounds;
  now.stage = stages_.at(now.number);
  now.evaluations =
      evaluations_before(now.stage, now.round + 1) - evaluations_before(now.stage, now.round);
  const auto is_coarse = [&](std::int64_t round) {
    return now.number == 0 && round >= 0 && evaluations_before(now.stage, round) < coarse_;
  };
  now.coarse = is_coarse(now.round);
  now.leaves_coarse = !now.coarse && is_coarse(now.round - 1);
  if (now.number + 1 == stages_.size() && now.round >= now.stage.warmup) {
    const std::int64_t open = now.stage.rounds - now.stage.warmup,
                       past = now.round - now.stage.warmup;
    now.keeps_draw = (past + 1) * kept_ / open > past * kept_ / open;
  }
  return now;
}

Stage make_stage(int layer, std::int64_t evaluations, std::int64_t per_round, double warmup) {
  Stage stage{.layer = layer, .evaluations = evaluations};
  stage.rounds = std::max<std::int64_t>(1, evaluations / per_round);
  stage.warmup = std::min(static_cast<std::int64_t>(warmup * static_cast<double>(stage.rounds)),
                          stage.rounds - 1);
  return stage;
}

std::vector<Stage> stages_of_steps(const std::vector<int>& steps) {
  std::vector<Stage> stages;
  for (const int count : steps)
    stages.push_back(
        {.layer = static_cast<int>(stages.size()), .rounds = count, .evaluations = count});
  return stages;
}

}  // namespace sgilo
