#include "sgilo/training/ema.h"

#include <algorithm>
#include <cmath>

namespace sgilo {

void move_average(torch::nn::Module& average, const torch::nn::Module& current, double decay) {
  const torch::NoGradGuard no_grad;
  const std::vector<Tensor> to = average.parameters(), from = current.parameters();
  for (std::size_t i = 0; i < to.size(); ++i) to[i].lerp_(from[i], 1 - decay);
  const std::vector<Tensor> to_buffers = average.buffers(), from_buffers = current.buffers();
  for (std::size_t i = 0; i < to_buffers.size(); ++i) to_buffers[i].copy_(from_buffers[i]);
}

double average_decay(double half_life_steps, std::int64_t step) {
  const double early = static_cast<double>(1 + step) / static_cast<double>(10 + step);
  return std::min(std::exp2(-1 / half_life_steps), early);
}

}  // namespace sgilo
