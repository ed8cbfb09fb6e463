// How the words of a person become values: on flags and within name:key=value alike.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sgilo/core/options_json.h"

namespace sgilo {

// A finite number ("7", "+7", ".5", "1e3", which is the whole number 1000), or else the text.
Json number_or_text(std::string_view text);

// true, yes, on, 1 and false, no, off, 0, in capitals too; nothing for any other text.
std::optional<bool> boolean_of(std::string_view text);

// The texts of "a,b", of "[a, b]" and of the JSON ["a", "b"], whose texts may hold commas. None of
// "" and "[]".
std::vector<std::string> list_items(std::string_view text);

// Whether it is a list in brackets.
inline bool is_bracketed(std::string_view text) {
  return text.size() >= 2 && text.front() == '[' && text.back() == ']';
}

}  // namespace sgilo
