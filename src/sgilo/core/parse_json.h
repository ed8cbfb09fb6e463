// JSON from a text that people wrote, with the place of what is wrong in it.
#pragma once

#include <algorithm>
#include <iterator>
#include <string>

#include "sgilo/core/options_json.h"

namespace sgilo {

// Throws FormatError "<where>: is not JSON at line 3, column 5", the place where reading stopped.
inline Json parse_json(const std::string& text, const std::string& where) {
  try {
    return Json::parse(text);
  } catch (const nlohmann::json::parse_error& error) {
    const auto stop =
        text.begin() +
        static_cast<std::ptrdiff_t>(std::clamp<std::size_t>(error.byte, 1, text.size() + 1) - 1);
    const auto line_start = std::find(std::make_reverse_iterator(stop), text.rend(), '\n').base();
    throw FormatError(concat(where, ": is not JSON at line ",
                             1 + std::count(text.begin(), stop, '\n'), ", column ",
                             stop - line_start + 1));
  } catch (const nlohmann::json::exception&) {
    throw FormatError(concat(where, ": is not JSON that can be kept: a number is too large"));
  }
}

}  // namespace sgilo
