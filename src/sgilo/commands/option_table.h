// An options struct as a flat list of JSON paths: what command-line flags, --help and the manual
// are made of. Families (variants) list the options of each of their members; what may be left
// unstated (std::optional) is listed like what it holds.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sgilo/core/options_json.h"

namespace sgilo {

enum class OptionType { boolean, number, text, numbers, texts, family, other };

struct OptionEntry {
  std::string path;  // "solver.annealed.first_std"
  OptionType type = OptionType::other;
  std::string help;
  std::string accepted;  // "positive", "langevin, partial_reverse, annealed"; empty: anything
  Json default_value;
  std::string member;  // of the family that it belongs to: "sgilo"; empty: always there
};

template <Options S>
void append_options(const S& options, const std::string& prefix, const std::string& member,
                    std::vector<OptionEntry>& out);

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

template <class T>
OptionType option_type() {
  if constexpr (is_optional<T>)
    return option_type<typename T::value_type>();
  else if constexpr (is_variant<T>)
    return OptionType::family;
  else if constexpr (std::is_same_v<T, bool>)
    return OptionType::boolean;
  else if constexpr (std::is_arithmetic_v<T>)
    return OptionType::number;
  else if constexpr (std::is_same_v<T, std::string> || std::is_enum_v<T>)
    return OptionType::text;
  else if constexpr (is_vector<T>)
    return std::is_arithmetic_v<typename T::value_type> ? OptionType::numbers : OptionType::texts;
  else
    return OptionType::other;
}

template <class T>
void append_option(const T& value, const OptionEntry& entry, std::vector<OptionEntry>& out) {
  if constexpr (is_optional<T>) {
    append_option(typename T::value_type{}, entry, out);
  } else if constexpr (is_variant<T>) {
    out.push_back(entry);
    out.back().accepted = join(kinds_of(value));
    out.back().default_value = std::visit([](const auto& o) { return Json(o.kind); }, value);
    [&]<class... Ts>(const std::variant<Ts...>&) {
      (append_options(std::holds_alternative<Ts>(value) ? std::get<Ts>(value) : Ts{},
                      entry.path + ".", std::string(Ts::kind), out),
       ...);
    }(value);
  } else if constexpr (Options<T>) {
    append_options(value, entry.path + ".", entry.member, out);
  } else {
    out.push_back(entry);
    out.back().default_value = value_to_json(value);
    if constexpr (std::is_enum_v<T>)
      out.back().accepted = join({EnumWords<T>::words.begin(), EnumWords<T>::words.end()});
  }
}

template <Options S>
void append_options(const S& options, const std::string& prefix, const std::string& member,
                    std::vector<OptionEntry>& out) {
  std::apply(
      [&](const auto&... f) {
        (append_option(
             options.*(f.member),
             OptionEntry{prefix + std::string(f.name),
                         option_type<std::remove_cvref_t<decltype(options.*(f.member))>>(),
                         std::string(f.help), std::string(f.check.words), Json(), member},
             out),
         ...);
      },
      S::fields());
}

template <Options S>
std::vector<OptionEntry> option_table() {
  std::vector<OptionEntry> out;
  S defaults;
  append_options(defaults, "", "", out);
  return out;
}

}  // namespace sgilo
