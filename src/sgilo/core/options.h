// One table per options struct. Name, help, range and default are written once; JSON, validation,
// help and the manual read the table.
#pragma once

#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

#include "sgilo/core/error.h"

namespace sgilo {

// What a value must satisfy, in words and in code.
template <class T>
struct Check {
  std::string_view words;
  bool (*holds)(const T&);
};
template <class T>
inline constexpr Check<T> anything{"", [](const T&) { return true; }};
template <class T>
inline constexpr Check<T> positive{"positive", [](const T& v) { return v > 0; }};
template <class T>
inline constexpr Check<T> non_negative{"at least 0", [](const T& v) { return v >= 0; }};
template <class T>
inline constexpr Check<T> fraction{"in [0, 1]", [](const T& v) { return v >= 0 && v <= 1; }};
template <class T>
inline constexpr Check<T> positive_fraction{"in (0, 1]",
                                            [](const T& v) { return v > 0 && v <= 1; }};
template <class T>
inline constexpr Check<std::vector<T>> all_positive{"a list of positive numbers",
                                                    [](const std::vector<T>& v) {
                                                      for (const T& x : v)
                                                        if (!(x > 0)) return false;
                                                      return !v.empty();
                                                    }};

template <class S, class T>
struct Field {
  std::string_view name;
  T S::*member;
  std::string_view help;
  Check<T> check;
};
template <class S, class T>
constexpr Field<S, T> field(std::string_view name, T S::*member, std::string_view help,
                            Check<std::type_identity_t<T>> check = anything<T>) {
  return {name, member, help, check};
}

template <class S>
concept Options = requires {
  S::fields();
};

// The words of an enum as users write them, in the order of the enumerators 0, 1, 2, ...:
//   template <>
//   struct EnumWords<Kernel> { static constexpr std::array words{...}; };
template <class E>
struct EnumWords;

template <class E>
std::string_view word_of(E value) {
  return EnumWords<E>::words[static_cast<std::size_t>(value)];
}

template <class E>
E from_word(std::string_view what, std::string_view word) {
  for (std::size_t i = 0; i < EnumWords<E>::words.size(); ++i)
    if (EnumWords<E>::words[i] == word) return static_cast<E>(i);
  throw ConfigError(
      unknown_name(what, word, {EnumWords<E>::words.begin(), EnumWords<E>::words.end()}));
}

}  // namespace sgilo
