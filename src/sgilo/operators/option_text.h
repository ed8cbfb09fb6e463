// The grammar in which the command states an operator or a noise: name:key=value,key=value. A
// value is a number, true, false, or else a word; a word may hold ':' and '=', not ','.
#pragma once

#include <string>
#include <string_view>

#include "sgilo/core/options_json.h"

namespace sgilo {

// parse_option_text("operator", "inpaint:keep=0.05") is {"kind": "inpaint", "keep": 0.05}. Knows no
// names and no ranges. Throws ConfigError, naming `what` and the part that cannot be read.
Json parse_option_text(std::string_view what, std::string_view text);

// {"kind": "inpaint", "keep": 0.05} from the options of one kind.
template <Options S>
Json options_with_kind(const S& options) {
  Json json = {{"kind", S::kind}};
  json.update(to_json(options));
  return json;
}

// "inpaint (keep = 0.05: 205 of 4096 pixels)" from {"kind": "inpaint", "keep": 0.05} and what the
// state adds, if anything.
std::string describe_options(const Json& options, std::string_view addition = "");

}  // namespace sgilo
