// Seconds and memory of a call.
#pragma once

#include <chrono>
#include <utility>
#include <vector>

namespace sgilo {

// Runs from its construction on.
class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

template <class Call>
double seconds_of(Call&& call) {
  const Stopwatch watch;
  std::forward<Call>(call)();
  return watch.seconds();
}

double median(std::vector<double> values);

// Resident memory in MiB: now, and the most since reset_peak_memory(), which also gives freed
// memory back to the system. Linux; 0 elsewhere.
double resident_mib();
double peak_mib();
void reset_peak_memory();
void give_freed_memory_back();  // to the system, where the process keeps it otherwise
double machine_mib();  // memory of the whole machine

}  // namespace sgilo
