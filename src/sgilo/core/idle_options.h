// Options that would change nothing. Who states one expects an effect, so that it is refused.
#pragma once

#include <algorithm>
#include <initializer_list>

#include "sgilo/core/options_json.h"

namespace sgilo {

// Throws ConfigError "trust has no effect without feature_script; leave it out" for the first of
// these options that differs from its default. `why` is "without feature_script".
template <Options S>
void refuse_idle(const S& options, std::initializer_list<std::string_view> names,
                 std::string_view why) {
  const S defaults;
  const auto refuse = [&](const auto& f) {
    if (std::find(names.begin(), names.end(), f.name) == names.end()) return;
    if (value_to_json(options.*(f.member)) != value_to_json(defaults.*(f.member)))
      throw ConfigError(concat(f.name, " has no effect ", why, "; leave it out"));
  };
  std::apply([&](const auto&... f) { (refuse(f), ...); }, S::fields());
}

}  // namespace sgilo
