// Options that are lists with one value per stage; the last value holds for the stages beyond.
#pragma once

#include <algorithm>
#include <string>
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

// Throws ConfigError where the list `name` ("solver.radii") has values of stages that there are not,
// which would change nothing, unless it is the default.
template <class T>
void refuse_idle_values(const std::string& name, const std::vector<T>& values,
                        const std::vector<T>& defaults, std::size_t stages) {
  if (values.size() > stages && values != defaults)
    throw ConfigError(concat(name, " must name at most ", stages,
                             " values, one for each stage that it is of, but names ",
                             values.size()));
}

}  // namespace sgilo
