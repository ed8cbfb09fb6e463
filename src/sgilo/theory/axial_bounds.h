// Lower bounds of the Wasserstein distance of two laws on R^n from two of their coordinates that
// change by no more than the point does: a = <x, x*> and b = |x - a x*|. The chain and mu are
// invariant under rotations about x*; for such laws W_p in R^n is W_p of (a, b) in the plane, so
// that little is lost. Samples of finite size add a floor of about 1.3 std / sqrt(size).
#pragma once

#include "sgilo/theory/stationary_law.h"

namespace sgilo {

struct AxialSample {
  Tensor along, across;  // a and b: [N] float64 each, not as pairs
};
AxialSample axial_sample(const Tensor& x);  // rows [N, n], x* = e_1
AxialSample axial_quantiles(const StationaryLaw& law, std::int64_t count);

double least_wasserstein1(const AxialSample& p, const AxialSample& q);  // max(W1(a), W1(b))
double least_wasserstein2(const AxialSample& p, const AxialSample& q);  // W2(a)^2 + W2(b)^2, root

}  // namespace sgilo
