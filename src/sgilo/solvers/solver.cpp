#include "sgilo/solvers/solver.h"

namespace sgilo {

Counts& Counts::operator+=(const Counts& other) {
  evaluations += other.evaluations;
  score_evaluations += other.score_evaluations;
  decodes += other.decodes;
  return *this;
}

}  // namespace sgilo
