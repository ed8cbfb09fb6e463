// Options that are lists with one value per stage; the last value holds for the stages beyond.
#pragma once

#include <algorithm>
#include <vector>

#include "sgilo/core/options.h"

namespace sgilo {

inline constexpr Check<std::vector<double>> non_negative_list{"a list of numbers of at least 0",
                                                              [](const std::vector<double>& v) {
                                                                for (const double x : v)
                                                                  if (!(x >= 0)) return false;
                                                                return !v.empty();
                                                              }};

template <class T>
const T& of_stage(const std::vector<T>& values, std::size_t stage) {
  return values[std::min(stage, values.size() - 1)];
}

}  // namespace sgilo
