#include "sgilo/training/training_loop.h"

#include <chrono>

#include "sgilo/core/error.h"
#include "sgilo/files/file_problem.h"
#include "sgilo/training/training_log.h"
#include "sgilo/training/training_output.h"

namespace sgilo {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Means of what the steps since the last line returned;
// a quantity counts only the steps that have it.
class Window {
 public:
  void add(const std::map<std::string, double>& values) {
    for (const auto& [name, value] : values) {
      sums_[name].first += value;
      sums_[name].second += 1;
    }
  }
  std::map<std::string, double> take() {
    std::map<std::string, double> means;
    for (const auto& [name, sum] : sums_) means[name] = sum.first / sum.second;
    sums_.clear();
    return means;
  }

 private:
  std::map<std::string, std::pair<double, double>> sums_;
};

}  // namespace

std::optional<TrainingState> resume(const Trainable& trainable, TrainingFolder& folder) {
  auto state = folder.load(trainable.state().tensors);
  if (!state) return state;
  try {
    trainable.load_state(*state);
  } catch (const FormatError& error) {
    throw format_error(folder.files().path(), error.what());
  }
  return state;
}

bool run_training(const Trainable& trainable, TrainingFolder& folder,
                  const TrainingLoopOptions& options, Observer& observer) {
  std::int64_t step = 0;
  double earlier_seconds = 0;
  if (const auto state = resume(trainable, folder)) {
    require_steps_left(folder.files().path().string(), state->step, options.steps);
    step = state->step;
    earlier_seconds = state->seconds;
    observer.on_message(concat(trainable.name, ": continues at step ", step));
  }
  TrainingLog log(folder.files(), step);
  Window window;
  const Clock::time_point start = Clock::now();
  Clock::time_point saved = start, logged = start;
  const auto save = [&] {
    TrainingState state = trainable.state();
    state.seconds = earlier_seconds + seconds_since(start);
    folder.save(state);
    saved = Clock::now();
  };
  // Where training runs, on a borrowed machine with an accelerator, there is often no gnuplot, and
  // no picture is worth the end of a run: log.csv holds all of it, to be drawn later.
  bool draws = true;
  const auto draw = [&] {
    if (!draws) return;
    try {
      draw_training_log(folder.files());
    } catch (const Error& error) {
      draws = false;
      observer.on_warning(concat(trainable.name, ": log.csv is not drawn: ", error.what()));
    }
  };

  while (step < options.steps) {
    if (observer.stop_requested()) {
      save();
      return false;
    }
    window.add(trainable.step());
    ++step;
    const double seconds = earlier_seconds + seconds_since(start);
    if (step % options.log_interval == 0) {
      std::map<std::string, double> values = window.take();
      values["images_per_second"] =
          static_cast<double>(options.log_interval * trainable.images_per_step) /
          seconds_since(logged);
      logged = Clock::now();
      log.write(step, seconds, values);
      observer.on_step({.stage = trainable.name,
                        .step = step,
                        .steps = options.steps,
                        .values = {values.begin(), values.end()}});
    }
    if (trainable.evaluate && (step % options.evaluation_interval == 0 || step == options.steps)) {
      log.write(step, seconds, trainable.evaluate(step));
      if (step < options.steps) draw();
      logged = Clock::now();
    }
    if (seconds_since(saved) > 60 * options.save_minutes) save();
  }
  save();
  draw();
  return true;
}

}  // namespace sgilo
