// JSON <-> options, driven by the options' own tables. Unknown keys and wrong types are errors that
// list what is known. Families (an operator, a solver) are variants of option structs, each with
// `static constexpr std::string_view kind`; in JSON {"kind": "inpaint", "keep": 0.05}.
#pragma once

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <variant>

#include "sgilo/core/options.h"

namespace sgilo {

using Json = nlohmann::ordered_json;

template <class T>
inline constexpr bool is_variant = false;
template <class... Ts>
inline constexpr bool is_variant<std::variant<Ts...>> = true;

template <Options S>
Json to_json(const S& options);
template <Options S>
void from_json(const Json& json, S& options, const std::string& path = "");
template <Options S>
void validate(const S& options, const std::string& path = "");

template <class... Ts>
std::vector<std::string> kinds_of(const std::variant<Ts...>&) {
  return {std::string(Ts::kind)...};
}

template <class T>
Json value_to_json(const T& value) {
  if constexpr (is_variant<T>)
    return std::visit(
        [](const auto& member) {
          Json json = {{"kind", member.kind}};
          json.update(to_json(member));
          return json;
        },
        value);
  else if constexpr (Options<T>)
    return to_json(value);
  else if constexpr (std::is_enum_v<T>)
    return std::string(word_of(value));
  else
    return value;
}

// `json` names some of the fields of the kind it holds; a change of kind starts from that kind's
// defaults.
template <class... Ts>
void variant_from_json(const Json& json, std::variant<Ts...>& value, const std::string& what,
                       const std::string& path) {
  if (!json.is_object())
    throw ConfigError(concat(path, " must be an object with a kind, but is ", json.dump()));
  Json rest = json;
  std::string kind;
  std::visit([&](const auto& member) { kind = member.kind; }, value);
  if (rest.contains("kind")) {
    if (!rest["kind"].is_string())
      throw ConfigError(concat(path, ".kind must be a word, but is ", rest["kind"].dump()));
    kind = rest["kind"].template get<std::string>();
    rest.erase("kind");
  }
  bool found = false;
  (
      [&] {
        if (kind != Ts::kind) return;
        found = true;
        if (!std::holds_alternative<Ts>(value)) value = Ts{};
        from_json(rest, std::get<Ts>(value), path + ".");
      }(),
      ...);
  if (!found) throw ConfigError(unknown_name(what, kind, kinds_of(value)));
}

template <class T>
void value_from_json(const Json& json, T& value, const std::string& name, const std::string& path) {
  if constexpr (is_variant<T>) {
    variant_from_json(json, value, name, path);
  } else if constexpr (Options<T>) {
    from_json(json, value, path + ".");
  } else if constexpr (std::is_enum_v<T>) {
    if (!json.is_string()) throw ConfigError(concat(path, " must be a word, but is ", json.dump()));
    value = from_word<T>(path, json.get<std::string>());
  } else {
    const bool fits = std::is_same_v<T, bool>       ? json.is_boolean()
                      : std::is_integral_v<T>       ? json.is_number_integer()
                      : std::is_floating_point_v<T> ? json.is_number()
                                                    : true;
    if (!fits) {
      const char* wanted = std::is_same_v<T, bool> ? "true or false"
                           : std::is_integral_v<T> ? "a whole number"
                                                   : "a number";
      throw ConfigError(concat(path, " must be ", wanted, ", but is ", json.dump()));
    }
    try {
      value = json.get<T>();
    } catch (const nlohmann::json::exception&) {
      throw ConfigError(concat(path, " cannot be read from ", json.dump()));
    }
  }
}

template <Options S>
Json to_json(const S& options) {
  Json json = Json::object();
  std::apply(
      [&](const auto&... f) {
        ((json[std::string(f.name)] = value_to_json(options.*(f.member))), ...);
      },
      S::fields());
  return json;
}

// Overwrites the fields that `json` names, keeps the others, and checks every one that it names
// against its range.
template <Options S>
void from_json(const Json& json, S& options, const std::string& path) {
  if (!json.is_object())
    throw ConfigError(concat(path, " must be an object, but is ", json.dump()));
  std::vector<std::string> known;
  std::apply([&](const auto&... f) { (known.emplace_back(f.name), ...); }, S::fields());
  for (const auto& item : json.items())
    if (std::find(known.begin(), known.end(), item.key()) == known.end())
      throw ConfigError(concat(path, item.key(), ": ", unknown_name("option", item.key(), known)));
  std::apply(
      [&](const auto&... f) {
        (
            [&] {
              const auto it = json.find(std::string(f.name));
              if (it != json.end())
                value_from_json(*it, options.*(f.member), std::string(f.name),
                                path + std::string(f.name));
            }(),
            ...);
      },
      S::fields());
  validate(options, path);
}

// Throws ConfigError "<path> must be <words>, but is <value>" for the first field outside its
// range.
template <Options S>
void validate(const S& options, const std::string& path) {
  std::apply(
      [&](const auto&... f) {
        (
            [&] {
              const auto& value = options.*(f.member);
              using T = std::remove_cvref_t<decltype(value)>;
              if (!f.check.holds(value))
                throw ConfigError(concat(path, f.name, " must be ", f.check.words, ", but is ",
                                         value_to_json(value).dump()));
              if constexpr (Options<T>) validate(value, concat(path, f.name, "."));
              if constexpr (is_variant<T>)
                std::visit([&](const auto& member) { validate(member, concat(path, f.name, ".")); },
                           value);
            }(),
            ...);
      },
      S::fields());
}

}  // namespace sgilo
