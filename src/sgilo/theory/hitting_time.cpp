#include "sgilo/theory/hitting_time.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace sgilo {
namespace {

Tensor distance(const Tensor& x, const Tensor& centre) {
  return (x - centre.to(x.scalar_type())).norm(2, -1);
}

}  // namespace

Region ball(Tensor centre, double radius) {
  return [centre = std::move(centre), radius](const Tensor& x) {
    return distance(x, centre) < radius;
  };
}

Region outside_ball(Tensor centre, double radius) {
  return [centre = std::move(centre), radius](const Tensor& x) {
    return distance(x, centre) > radius;
  };
}

std::int64_t HittingTimes::unhit() const {
  return std::count_if(times.begin(), times.end(), [](double time) { return std::isinf(time); });
}

double HittingTimes::mean() const {
  return std::accumulate(times.begin(), times.end(), 0.0) / static_cast<double>(times.size());
}

double HittingTimes::fraction_after(double time) const {
  const auto later =
      std::count_if(times.begin(), times.end(), [time](double other) { return other > time; });
  return static_cast<double>(later) / static_cast<double>(times.size());
}

double HittingTimes::quantile(double fraction) const {
  if (times.empty()) return std::numeric_limits<double>::quiet_NaN();
  std::vector<double> sorted = times;
  std::sort(sorted.begin(), sorted.end());
  const double place = fraction * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const double beyond = place - static_cast<double>(below);
  if (beyond == 0) return sorted[below];
  return (1 - beyond) * sorted[below] + beyond * sorted[below + 1];
}

HittingRecorder::HittingRecorder(std::int64_t chains, double step_size, Region region)
    : step_size_(step_size), region_(std::move(region)) {
  times_.times.assign(static_cast<std::size_t>(chains), std::numeric_limits<double>::infinity());
}

ChainVisitor HittingRecorder::visitor() {
  return [this](int step, std::int64_t first, const Tensor& x) {
    const Tensor inside = region_(x).contiguous();
    const bool* is_inside = inside.data_ptr<bool>();
    bool goes_on = false;
    for (std::int64_t i = 0; i < x.size(0); ++i) {
      double& time = times_.times[static_cast<std::size_t>(first + i)];
      if (std::isinf(time) && is_inside[i]) time = step * step_size_;
      goes_on = goes_on || std::isinf(time);
    }
    return goes_on;
  };
}

HittingTimes hitting_times(const GradientField& gradient, const Tensor& start, const Region& region,
                           const ChainOptions& options, const RandomStreams& streams) {
  HittingRecorder recorder(start.size(0), options.step_size, region);
  run_chains(gradient, start, options, streams, recorder.visitor());
  return recorder.times();
}

}  // namespace sgilo
