// Points of an axis.
#pragma once

#include <cstdint>
#include <vector>

namespace sgilo {

// `count` numbers from `from` to `to`, both included.
inline std::vector<double> equal_steps(double from, double to, std::int64_t count) {
  std::vector<double> out;
  for (std::int64_t i = 0; i < count; ++i)
    out.push_back(from + (to - from) * static_cast<double>(i) / static_cast<double>(count - 1));
  return out;
}

}  // namespace sgilo
