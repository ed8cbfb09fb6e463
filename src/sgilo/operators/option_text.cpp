#include "sgilo/operators/option_text.h"

#include <charconv>
#include <cmath>

#include "sgilo/core/utf8.h"

namespace sgilo {
namespace {

template <class Number>
bool read_number(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

Json value_of(std::string_view text) {
  std::int64_t whole = 0;
  if (read_number(text, whole)) return whole;
  double number = 0;
  if (read_number(text, number) && std::isfinite(number)) return number;
  if (text == "true" || text == "false") return text == "true";
  return text;
}

}  // namespace

Json parse_option_text(std::string_view what, std::string_view text) {
  if (!is_utf8(text)) throw ConfigError(concat(what, " must be text in UTF-8"));
  const std::size_t colon = text.find(':');
  Json json = {{"kind", text.substr(0, colon)}};
  if (json["kind"] == "")
    throw ConfigError(
        concat(what, " must be written name:key=value,key=value, but is '", text, "'"));
  if (colon == std::string_view::npos) return json;
  for (std::size_t start = colon + 1; start <= text.size();) {
    const std::string_view part = text.substr(start, text.find(',', start) - start);
    start += part.size() + 1;
    const std::size_t equals = part.find('=');
    const std::string key(part.substr(0, equals));
    if (equals == std::string_view::npos || key.empty() || equals + 1 == part.size())
      throw ConfigError(concat(what, " '", text, "': each option must be written key=value, but '",
                               part, "' is not"));
    if (json.contains(key))
      throw ConfigError(concat(what, " '", text, "': '", key, "' must be given once"));
    json[key] = value_of(part.substr(equals + 1));
  }
  return json;
}

std::string describe_options(const Json& options, std::string_view addition) {
  std::string text;
  for (const auto& item : options.items()) {
    if (item.key() == "kind") continue;
    text +=
        concat(text.empty() ? "" : ", ", item.key(), " = ",
               item.value().is_string() ? item.value().get<std::string>() : item.value().dump());
  }
  if (!addition.empty()) text += concat(text.empty() ? "" : ": ", addition);
  const std::string kind = options.at("kind").get<std::string>();
  return text.empty() ? kind : concat(kind, " (", text, ")");
}

}  // namespace sgilo
