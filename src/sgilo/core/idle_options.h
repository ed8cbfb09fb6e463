// Options that would change nothing. Who states one expects an effect, so that it is refused.
#pragma once

#include <algorithm>
#include <initializer_list>

#include "sgilo/core/options_json.h"

namespace sgilo {

// Throws ConfigError "solver.layers has no effect with use_layer_score = false; leave it out" for
// the first of these options that differs from its default, or of the options in one that is a
// struct of them. `why` is "with use_layer_score = false", `path` "solver.".
template <Options S>
void refuse_idle(const S& options, std::initializer_list<std::string_view> names,
                 std::string_view why, const std::string& path = "") {
  const S defaults;
  const auto refuse = [&](const std::string& name, const Json& stated, const Json& usual,
                          const auto& self) -> void {
    if (stated == usual) return;
    if (!stated.is_object() || stated.contains("kind"))
      throw ConfigError(concat(name, " has no effect ", why, "; leave it out"));
    for (const auto& item : stated.items())
      self(concat(name, ".", item.key()), item.value(), usual.at(item.key()), self);
  };
  const auto look = [&](const auto& f) {
    if (std::find(names.begin(), names.end(), f.name) != names.end())
      refuse(concat(path, f.name), value_to_json(options.*(f.member)),
             value_to_json(defaults.*(f.member)), refuse);
  };
  std::apply([&](const auto&... f) { (look(f), ...); }, S::fields());
}

}  // namespace sgilo
