#include "sgilo/released/geocross.h"

namespace sgilo {

Tensor geocross(const Tensor& styles, double epsilon) {
  if (styles.size(1) < 2) return 0 * styles.sum({1, 2});
  const Tensor a = styles.unsqueeze(1), b = styles.unsqueeze(2);
  const Tensor apart = ((a - b).square().sum(3) + epsilon).sqrt();
  const Tensor together = ((a + b).square().sum(3) + epsilon).sqrt();
  const Tensor distance = 2 * torch::atan2(apart, together);
  return (512 * distance.square()).mean({1, 2}) / 8;
}

Tensor geocross_styles(const Tensor& styles, std::int64_t round) {
  return styles.slice(1, std::min(2 * round, styles.size(1)));
}

}  // namespace sgilo
