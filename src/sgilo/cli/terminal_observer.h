// What people see while a verb works: warnings and messages, and on a terminal one line of
// progress. Text that came from files reaches the terminal escaped.
#pragma once

#include <chrono>
#include <iosfwd>

#include "sgilo/core/observer.h"

namespace sgilo {

// Set by Ctrl-C; loops end at their next step and save their state.
void request_stop();
bool stop_is_requested();
void forget_stop();

// "1:02:03", "2:03"
std::string duration_text(double seconds);

class TerminalObserver : public Observer {
 public:
  // `verbosity`: -1 warnings only, 0 messages too, 1 a line for each stage besides. `terminal`:
  // draw the progress line.
  TerminalObserver(std::ostream& err, int verbosity, bool terminal)
      : err_(err), verbosity_(verbosity), terminal_(terminal) {}
  ~TerminalObserver() override { clear_line(); }

  void on_step(const StepReport& report) override;
  void on_warning(std::string_view text) override;
  void on_message(std::string_view text) override;
  bool stop_requested() override { return stop_is_requested(); }

 private:
  using Clock = std::chrono::steady_clock;
  void clear_line();

  std::ostream& err_;
  int verbosity_;
  bool terminal_;
  std::string stage_;
  std::int64_t last_step_ = -1, first_step_ = 0;
  Clock::time_point start_{}, drawn_{};
  bool line_open_ = false;
};

}  // namespace sgilo
