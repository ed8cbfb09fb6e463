#include "sgilo/theory/axial_bounds.h"

#include <algorithm>
#include <cmath>

#include "sgilo/theory/wasserstein.h"

namespace sgilo {

AxialSample axial_sample(const Tensor& x) {
  const Tensor rows = x.to(torch::kFloat64);
  return {rows.select(1, 0), rows.narrow(1, 1, rows.size(1) - 1).norm(2, 1)};
}

AxialSample axial_quantiles(const StationaryLaw& law, std::int64_t count) {
  return {law.quantiles(along_axis, count), law.quantiles(across_axis, count)};
}

double least_wasserstein1(const AxialSample& p, const AxialSample& q) {
  return std::max(wasserstein1(p.along, q.along), wasserstein1(p.across, q.across));
}

double least_wasserstein2(const AxialSample& p, const AxialSample& q) {
  return std::hypot(wasserstein2(p.along, q.along), wasserstein2(p.across, q.across));
}

}  // namespace sgilo
