// A number as text, read in one way everywhere: all of the text, in the same words in every locale.
#pragma once

#include <charconv>
#include <string_view>
#include <system_error>

namespace sgilo {

// Whether the whole text is a number of this type ("7", "-0.5", "1e3", "nan"), which `number` takes.
template <class Number>
bool read_number(std::string_view text, Number& number) {
  const char* const end = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(text.data(), end, number);
  return problem == std::errc() && stop == end;
}

}  // namespace sgilo
