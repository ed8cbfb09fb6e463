// The grammar of option_text.h for who knows the types of the options. Beside what stands there: a
// list is written in brackets (layers=[1,2]) or its numbers go on without a key (steps=100,50), and
// dashes and underscores of keys are alike.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "sgilo/core/options_json.h"

namespace sgilo {

// The value of a key from its text.
using ReadOptionValue =
    std::function<Json(const std::string& kind, const std::string& key, const std::string& text)>;

// By its looks alone: a number, true, false, a list, or else a word.
Json read_option_value(const std::string& kind, const std::string& key, const std::string& text);

// {"kind": "inpaint", "keep": 0.05} of "inpaint:keep=0.05". Throws ConfigError as parse_option_text
// does.
Json parse_option_text(std::string_view what, std::string_view text, const ReadOptionValue& read);

// The same of "a|b": {"kind": "chain", "parts": [a, b]}.
Json parse_chain_text(std::string_view what, std::string_view text, const ReadOptionValue& read);

}  // namespace sgilo
