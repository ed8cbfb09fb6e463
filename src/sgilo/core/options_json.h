// JSON <-> options, driven by the options' own tables. Unknown keys and wrong types are errors that
// list what is known. Families (an operator, a solver) are variants of option structs, each with
// `static constexpr std::string_view kind`; in JSON {"kind": "inpaint", "keep": 0.05}.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "sgilo/core/options.h"

namespace sgilo {

using Json = nlohmann::ordered_json;

template <class T>
inline constexpr bool is_variant = false;
template <class... Ts>
inline constexpr bool is_variant<std::variant<Ts...>> = true;
template <class T>
inline constexpr bool is_vector = false;
template <class T>
inline constexpr bool is_vector<std::vector<T>> = true;

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

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
  if constexpr (is_optional<T>)  // null: not stated
    return value ? value_to_json(*value) : Json();
  else if constexpr (is_variant<T>)
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
  else if constexpr (is_vector<T>) {
    Json list = Json::array();
    for (const typename T::value_type& element : value) list.push_back(value_to_json(element));
    return list;
  } else
    return value;
}

// As JSON, and nan and inf where JSON has no word.
template <class T>
std::string value_text(const T& value) {
  if constexpr (std::is_floating_point_v<T>)
    if (!std::isfinite(value)) return concat(value);
  return value_to_json(value).dump();
}

// "solver.langevin" of the prefix "solver.langevin."; the whole has no name of its own.
inline std::string place_of(const std::string& prefix) {
  return prefix.empty() ? "options" : prefix.substr(0, prefix.size() - 1);
}

// `json` names some of the fields of the kind it holds, or is the word of a kind alone; a change of
// kind starts from that kind's defaults.
template <class... Ts>
void variant_from_json(const Json& json, std::variant<Ts...>& value, const std::string& what,
                       const std::string& path) {
  Json rest = json.is_string() ? Json{{"kind", json}} : json;
  if (!rest.is_object())
    throw ConfigError(concat(path, " must be an object with a kind, but is ", json.dump()));
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
  [[maybe_unused]] const auto wrong_type = [&](const std::string& wanted) {
    return ConfigError(concat(path, " must be ", wanted, ", but is ", json.dump()));
  };
  if constexpr (is_optional<T>) {
    if (json.is_null()) {
      value.reset();
    } else {
      typename T::value_type stated{};
      value_from_json(json, stated, name, path);
      value = std::move(stated);
    }
  } else if constexpr (is_variant<T>) {
    variant_from_json(json, value, name, path);
  } else if constexpr (Options<T>) {
    from_json(json, value, path + ".");
  } else if constexpr (std::is_enum_v<T>) {
    if (!json.is_string()) throw wrong_type("a word");
    try {
      value = from_word<T>(name, json.template get<std::string>());
    } catch (const ConfigError& error) {
      throw ConfigError(concat(path, ": ", error.what()));
    }
  } else if constexpr (is_vector<T>) {
    if (!json.is_array()) throw wrong_type("a list");
    T list;
    for (const Json& item : json) {
      typename T::value_type element{};
      value_from_json(item, element, name, concat(path, "[", list.size(), "]"));
      list.push_back(std::move(element));
    }
    value = std::move(list);
  } else if constexpr (std::is_same_v<T, bool>) {
    if (!json.is_boolean()) throw wrong_type("true or false");
    value = json.template get<bool>();
  } else if constexpr (std::is_integral_v<T>) {
    if (!json.is_number_integer()) throw wrong_type("a whole number");
    const bool fits = json.is_number_unsigned()
                          ? std::in_range<T>(json.template get<std::uint64_t>())
                          : std::in_range<T>(json.template get<std::int64_t>());
    if (!fits)
      throw wrong_type(concat("a whole number in [", std::numeric_limits<T>::min(), ", ",
                              std::numeric_limits<T>::max(), "]"));
    value = json.template get<T>();
  } else if constexpr (std::is_floating_point_v<T>) {
    if (!json.is_number()) throw wrong_type("a number");
    value = json.template get<T>();
  } else if constexpr (std::is_same_v<T, std::string>) {
    if (!json.is_string()) throw wrong_type("a text");
    value = json.template get<std::string>();
  } else {
    try {
      value = json.template get<T>();
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

// Overwrites the fields that `json` names, keeps the others,
// and checks every one that it names against its range.
template <Options S>
void from_json(const Json& json, S& options, const std::string& path) {
  if (!json.is_object())
    throw ConfigError(concat(place_of(path), " must be an object, but is ", json.dump()));
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

// Throws ConfigError "<path> must be <words>, but is <value>"
// for the first field outside its range.
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
                                         value_text(value)));
              const std::string inside = concat(path, f.name);
              if constexpr (is_optional<T>)
                if (value)
                  std::visit([&](const auto& member) { validate(member, inside + "."); }, *value);
              if constexpr (Options<T>) validate(value, inside + ".");
              if constexpr (is_variant<T>)
                std::visit([&](const auto& member) { validate(member, inside + "."); }, value);
              if constexpr (is_vector<T>)
                if constexpr (Options<typename T::value_type>)
                  for (std::size_t i = 0; i < value.size(); ++i)
                    validate(value[i], concat(inside, "[", i, "]."));
            }(),
            ...);
      },
      S::fields());
}

}  // namespace sgilo
