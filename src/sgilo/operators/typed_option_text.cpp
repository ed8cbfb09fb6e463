#include "sgilo/operators/typed_option_text.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "sgilo/core/utf8.h"
#include "sgilo/core/value_words.h"

namespace sgilo {
namespace {

// Up to the next comma that no brackets of a value hold.
std::string_view first_part(std::string_view text) {
  std::size_t end = text.find(',');
  const std::size_t equals = text.find('=');
  if (equals < end && equals + 1 < text.size() && text[equals + 1] == '[') {
    int depth = 0;
    for (std::size_t i = equals + 1; i < text.size(); ++i) {
      depth += text[i] == '[' ? 1 : text[i] == ']' ? -1 : 0;
      if (depth == 0) {
        end = text.find(',', i);
        break;
      }
    }
  }
  return text.substr(0, end);
}

}  // namespace

Json read_option_value(const std::string&, const std::string&, const std::string& text) {
  if (text == "true" || text == "false") return text == "true";
  const std::vector<std::string> items = list_items(text);
  if (!is_bracketed(text) && items.size() < 2) return number_or_text(text);
  Json list = Json::array();
  for (const std::string& item : items) list.push_back(number_or_text(item));
  return list;
}

Json parse_option_text(std::string_view what, std::string_view text, const ReadOptionValue& read) {
  if (!is_utf8(text)) throw ConfigError(concat(what, " must be text in UTF-8"));
  const std::size_t colon = text.find(':');
  const std::string kind(text.substr(0, colon));
  if (kind.empty())
    throw ConfigError(
        concat(what, " must be written name:key=value,key=value, but is '", text, "'"));
  std::vector<std::pair<std::string, std::string>> options;
  const auto known = [&](const std::string& key) {
    return key == "kind" || std::any_of(options.begin(), options.end(),
                                        [&](const auto& option) { return option.first == key; });
  };
  for (std::size_t start = colon; start < text.size();) {
    const std::string_view part = first_part(text.substr(start + 1));
    start += part.size() + 1;
    const std::size_t equals = part.find('=');
    if (equals == std::string_view::npos && !options.empty() && number_or_text(part).is_number()) {
      options.back().second += concat(",", part);
      continue;
    }
    std::string key(part.substr(0, equals));
    std::replace(key.begin(), key.end(), '-', '_');
    if (equals == std::string_view::npos || key.empty() || equals + 1 == part.size())
      throw ConfigError(concat(what, " '", text, "': each option must be written key=value, but '",
                               part, "' is not"));
    if (known(key))
      throw ConfigError(concat(what, " '", text, "': '", key, "' must be given once"));
    options.emplace_back(std::move(key), part.substr(equals + 1));
  }
  Json json = {{"kind", kind}};
  for (const auto& [key, value] : options) json[key] = read(kind, key, value);
  return json;
}

Json parse_chain_text(std::string_view what, std::string_view text, const ReadOptionValue& read) {
  Json parts = Json::array();
  for (std::size_t start = 0; start <= text.size();) {
    const std::string_view part = text.substr(start, text.find('|', start) - start);
    parts.push_back(parse_option_text(what, part, read));
    start += part.size() + 1;
  }
  return parts.size() == 1 ? parts[0] : Json{{"kind", "chain"}, {"parts", parts}};
}

}  // namespace sgilo
