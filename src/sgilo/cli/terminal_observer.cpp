#include "sgilo/cli/terminal_observer.h"

#include <atomic>
#include <iomanip>
#include <ostream>
#include <sstream>

#include "sgilo/core/error.h"
#include "sgilo/core/escape.h"
#include "sgilo/report/table.h"

namespace sgilo {
namespace {

std::atomic<bool> stop{false};

}  // namespace

void request_stop() { stop = true; }
bool stop_is_requested() { return stop; }
void forget_stop() { stop = false; }

std::string duration_text(double seconds) {
  const auto whole = static_cast<std::int64_t>(seconds + 0.5);
  std::ostringstream out;
  if (whole >= 3600) out << whole / 3600 << ':' << std::setfill('0') << std::setw(2);
  out << whole / 60 % 60 << ':' << std::setfill('0') << std::setw(2) << whole % 60;
  return out.str();
}

void TerminalObserver::clear_line() {
  if (line_open_) err_ << "\r\033[K" << std::flush;
  line_open_ = false;
}

void TerminalObserver::on_step(const StepReport& report) {
  const auto now = Clock::now();
  if (report.step <= last_step_ || last_step_ < 0) {  // another loop has begun
    start_ = now;
    first_step_ = report.step;
    stage_.clear();
  }
  last_step_ = report.step;
  if (report.stage != stage_ && verbosity_ > 0)
    on_message(concat("step ", report.step, ": ", report.stage));
  stage_ = report.stage;
  const bool last = report.steps > 0 && report.step >= report.steps;
  if (!terminal_ || verbosity_ < 0 || (!last && now - drawn_ < std::chrono::milliseconds(200)))
    return;
  drawn_ = now;
  std::ostringstream line;
  line << report.stage << ": step " << report.step;
  if (report.steps > 0) line << '/' << report.steps;
  for (const auto& [name, value] : report.values)
    line << "  " << name << ' ' << number_text(value, 4);
  const double seconds = std::chrono::duration<double>(now - start_).count();
  const double done = static_cast<double>(report.step - first_step_);
  if (done > 0 && seconds > 0) {
    line << "  " << number_text(done / seconds, 3) << " it/s";
    if (report.steps > report.step)
      line << "  ETA "
           << duration_text(static_cast<double>(report.steps - report.step) * seconds / done);
  }
  err_ << "\r\033[K" << escaped(line.str()) << std::flush;
  line_open_ = true;
  if (last) clear_line();
}

void TerminalObserver::on_warning(std::string_view text) {
  clear_line();
  err_ << "sgilo: warning: " << escaped(text) << '\n';
}

void TerminalObserver::on_message(std::string_view text) {
  if (verbosity_ < 0) return;
  clear_line();
  err_ << escaped(text) << '\n';
}

}  // namespace sgilo
