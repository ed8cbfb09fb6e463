// Exponential moving average of weights:
// the network to ship is the average of those that training passed through.
#pragma once

#include "sgilo/core/torch.h"

namespace sgilo {

// average <- decay * average + (1 - decay) * current over parameters; buffers are copied. Both
// modules have the same structure.
void move_average(torch::nn::Module& average, const torch::nn::Module& current, double decay);

// The decay of step 0, 1, ...: at most 2^(-1/half_life), and early (1 + step)/(10 + step), so that
// the first weights are soon forgotten.
double average_decay(double half_life_steps, std::int64_t step);

}  // namespace sgilo
