// An options struct as a flat list of JSON paths: what command-line flags, --help and the manual
// are made of. Families (variants) list the options of each of their members; what may be left
// unstated (std::optional) is listed like what it holds.
#pragma once

#include <string>
#include <vector>

#include "sgilo/core/options_json.h"

namespace sgilo {

enum class OptionType { boolean, number, text, numbers, texts, family, other };

struct OptionEntry {
  std::string path{};  // "solver.integrator.first_std"
  OptionType type = OptionType::other;
  std::string help{};
  std::string accepted{};  // "positive", "langevin, partial_reverse, annealed"; empty: anything
  Json default_value{};
  std::string
      member{};  // of the innermost family that it belongs to: "annealed"; empty: always there
  std::string family{};  // the path of that family: "solver.integrator"
};

// The options of a struct at the place of `at`, in its family.
template <Options S>
void append_options(const S& options, const OptionEntry& at, std::vector<OptionEntry>& out);

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
                      {.path = entry.path, .member = std::string(Ts::kind), .family = entry.path},
                      out),
       ...);
    }(value);
  } else if constexpr (Options<T>) {
    append_options(value, entry, out);
  } else {
    out.push_back(entry);
    out.back().default_value = value_to_json(value);
    if constexpr (std::is_enum_v<T>)
      out.back().accepted = join({EnumWords<T>::words.begin(), EnumWords<T>::words.end()});
  }
}

template <Options S>
void append_options(const S& options, const OptionEntry& at, std::vector<OptionEntry>& out) {
  const auto append = [&](const auto& f) {
    using T = std::remove_cvref_t<decltype(options.*(f.member))>;
    append_option(options.*(f.member),
                  {.path = at.path.empty() ? std::string(f.name) : concat(at.path, ".", f.name),
                   .type = option_type<T>(),
                   .help = std::string(f.help),
                   .accepted = std::string(f.check.words),
                   .default_value = Json(),
                   .member = at.member,
                   .family = at.family},
                  out);
  };
  std::apply([&](const auto&... f) { (append(f), ...); }, S::fields());
}

template <Options S>
std::vector<OptionEntry> option_table() {
  std::vector<OptionEntry> out;
  S defaults;
  append_options(defaults, {}, out);
  return out;
}

}  // namespace sgilo
