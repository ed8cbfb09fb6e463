// The one way out of every loop. The base class is silent; the command prints, a test records.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sgilo {

// What a loop tells after a step. `values` carry names as the user reads them ("loss",
// "images_per_second").
struct StepReport {
  std::string stage = {};  // "layer 1", "generator"
  std::int64_t step = 0;   // steps done, all stages together
  std::int64_t steps = 0;  // steps in all, 0 when unknown
  std::vector<std::pair<std::string, double>> values = {};
};

class Observer {
 public:
  virtual ~Observer() = default;
  virtual void on_step(const StepReport&) {}
  virtual void on_warning(std::string_view) {}
  virtual void on_message(std::string_view) {}
  virtual bool stop_requested() { return false; }
};

}  // namespace sgilo
