#include "sgilo/operators/noise_estimate.h"

#include <algorithm>
#include <cmath>

#include "sgilo/core/error.h"

namespace sgilo {
namespace {

// The four pixels of each 2 x 2 square, combined with these signs.
Tensor squares(const Tensor& x, double b, double c, double d) {
  const std::int64_t h = x.size(-2) - 1, w = x.size(-1) - 1;
  const auto at = [&](std::int64_t i, std::int64_t j) {
    return x.narrow(-2, i, h).narrow(-1, j, w);
  };
  return at(0, 0) + b * at(0, 1) + c * at(1, 0) + d * at(1, 1);
}

}  // namespace

double estimate_noise_std(const Tensor& picture, const Tensor& mask) {
  constexpr std::int64_t kFewest = 16;
  Tensor details = torch::zeros({0});
  if (picture.size(1) > 1 && picture.size(2) > 1) {
    details = squares(picture.to(torch::kFloat64), -1, -1, 1).abs() / 2;
    if (mask.defined()) {
      const Tensor whole = squares(mask.ne(0).to(torch::kFloat64), 1, 1, 1).eq(4);
      details = details.masked_select(whole.unsqueeze(0));
    }
  }
  const std::int64_t found = details.numel() / std::max<std::int64_t>(picture.size(0), 1);
  if (found < kFewest)
    throw ConfigError(concat("sigma can be estimated from at least ", kFewest,
                             " squares of four neighbouring pixels, but the data have ", found,
                             "; state it: --noise gaussian:sigma=0.02"));
  const double rounding = 2.0 / 255 / std::sqrt(12.0);
  return std::max(details.flatten().median().item<double>() / 0.6744897501960817, rounding);
}

}  // namespace sgilo
