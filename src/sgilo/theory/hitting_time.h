// When chains first enter a region (SGILO B.18): tau = the first step k with x_k in the region,
// told as Langevin time eta tau.
#pragma once

#include <vector>

#include "sgilo/theory/chains.h"

namespace sgilo {

// Whether each row lies in the region: [chains, n] -> [chains] bool.
using Region = std::function<Tensor(const Tensor& x)>;
Region ball(Tensor centre, double radius);          // |x - centre| < radius; centre [n]
Region outside_ball(Tensor centre, double radius);  // |x - centre| > radius

// Times of some chains; infinity for those that never came.
struct HittingTimes {
  std::vector<double> times;

  std::int64_t unhit() const;
  double mean() const;                       // infinity where a chain never came
  double fraction_after(double time) const;  // of chains that are not there at this time
  // Between order statistics by a line, fraction in [0, 1]; infinity when it falls among the unhit.
  double quantile(double fraction) const;
  double median() const { return quantile(0.5); }
};

// Watches chains, whatever moves them: pass visitor() to run_chains or a descent. A group ends when
// each of its chains has been in the region.
class HittingRecorder {
 public:
  HittingRecorder(std::int64_t chains, double step_size, Region region);
  ChainVisitor visitor();  // refers to this recorder
  const HittingTimes& times() const { return times_; }

 private:
  double step_size_;
  Region region_;
  HittingTimes times_;
};

// Langevin chains (gradient descent at infinite beta) from the start [chains, n], for at most
// options.steps steps. Throws as run_chains does.
HittingTimes hitting_times(const GradientField& gradient, const Tensor& start, const Region& region,
                           const ChainOptions& options, const RandomStreams& streams);

}  // namespace sgilo
