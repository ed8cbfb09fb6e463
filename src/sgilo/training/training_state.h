// What a trainer needs to go on as if it had not stopped, in memory. training_folder.h keeps it.
#pragma once

#include <cstdint>

#include "sgilo/core/state_dict.h"

namespace sgilo {

struct TrainingState {
  // float32 or int64: "generator.mapping.fc0.weight", "optimizer.b4.bias.exp_avg"
  StateDict tensors = {};
  std::int64_t step = 0;
  double seconds = 0;  // spent training in all runs; the loop's, not the trainer's
};

}  // namespace sgilo
