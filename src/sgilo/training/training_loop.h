// The loop that all trainers share: resumes from the state folder, saves there every few minutes,
// logs, evaluates, tells the observer, and stops when asked.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "sgilo/core/observer.h"
#include "sgilo/core/options.h"
#include "sgilo/training/training_folder.h"

namespace sgilo {

struct TrainingLoopOptions {
  std::int64_t steps = 50000;
  double save_minutes = 3.0;
  std::int64_t log_interval = 50;
  std::int64_t evaluation_interval = 1000;

  static constexpr auto fields() {
    using O = TrainingLoopOptions;
    return std::tuple{field("steps", &O::steps, "steps in all, those of earlier runs included",
                            positive<std::int64_t>),
                      field("save_minutes", &O::save_minutes,
                            "minutes between two saves of the state", positive<double>),
                      field("log_interval", &O::log_interval, "steps between two lines of the log",
                            positive<std::int64_t>),
                      field("evaluation_interval", &O::evaluation_interval,
                            "steps between two evaluations", positive<std::int64_t>)};
  }
};

// A trainer as the loop sees it.
struct Trainable {
  std::string name;  // "generator"
  std::int64_t images_per_step = 1;
  std::function<std::map<std::string, double>()> step;  // losses by name
  std::function<TrainingState()> state;
  std::function<void(const TrainingState&)> load_state;
  // May be empty; may write pictures of its own.
  std::function<std::map<std::string, double>(std::int64_t step)> evaluate;
};

// What the folder holds goes into the trainer; nothing without a state. Throws as
// TrainingFolder::load.
std::optional<TrainingState> resume(const Trainable& trainable, TrainingFolder& folder);

// Files in the folder: state.safetensors, log.csv (training_log.h, means over log_interval steps),
// and log.svg, drawn after each evaluation and at the end; where gnuplot cannot draw it the
// observer is warned once, and training goes on. Returns true when all steps are done, false when
// the observer asked to stop.
bool run_training(const Trainable& trainable, TrainingFolder& folder,
                  const TrainingLoopOptions& options, Observer& observer);

}  // namespace sgilo
