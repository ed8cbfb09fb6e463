// Wasserstein distances between two samples of real numbers, as laws of equal weights, by their
// quantile functions: W_p^p = int_0^1 |Q_a(u) - Q_b(u)|^p du, exactly. A sample of N values is
// about 1.3 std / sqrt(N) from its own law in W1 (normal), two samples 1.8: no less can be seen.
#pragma once

#include "sgilo/core/torch.h"

namespace sgilo {

// a [N] and b [M], float32 or float64; N and M may differ. Throw ConfigError for samples that are
// empty or no vectors, NumericError for values that are not finite.
double wasserstein1(const Tensor& a, const Tensor& b);
double wasserstein2(const Tensor& a, const Tensor& b);

}  // namespace sgilo
