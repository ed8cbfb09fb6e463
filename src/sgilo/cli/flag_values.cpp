#include "sgilo/cli/flag_values.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>

#include "sgilo/core/parse_json.h"
#include "sgilo/core/value_words.h"
#include "sgilo/operators/typed_option_text.h"

namespace sgilo {
namespace {

Json json_of(const OptionEntry& entry, const std::string& text) {
  try {
    return parse_json(text, "");
  } catch (const FormatError&) {
    throw ConfigError(concat(flag_of(entry.path), " must be JSON, but is '", text, "'"));
  }
}

// Whole numbers, as the default says.
bool is_of_whole_numbers(const OptionEntry& entry) {
  const Json& usual = entry.default_value;
  return usual.is_array() ? !usual.empty() && usual[0].is_number_integer()
                          : usual.is_number_integer();
}

// Digits that no whole number has here would be rounded to a number that is none.
Json number_of(const OptionEntry& entry, const std::string& word) {
  using Whole = std::numeric_limits<std::int64_t>;
  Json value = number_or_text(word);
  if (is_of_whole_numbers(entry) && value.is_number_float() &&
      std::abs(value.get<double>()) >= static_cast<double>(Whole::max()))
    throw ConfigError(concat(entry.path, " must be a whole number in [", Whole::min(), ", ",
                             Whole::max(), "], but is ", word));
  return value;
}

// One of the accepted words where it differs in dashes and underscores alone.
std::string accepted_word(const OptionEntry& entry, const std::string& word) {
  const auto plain = [](std::string text) {
    std::replace(text.begin(), text.end(), '_', '-');
    return text;
  };
  for (const std::string& accepted : list_items(entry.accepted))
    if (plain(accepted) == plain(word)) return accepted;
  return word;
}

// "name:key=value,key=value", each value by the type of its option.
Json family_of(const OptionEntry& family, const std::string& text,
               const std::vector<OptionEntry>& table) {
  const ReadOptionValue read = [&](const std::string& kind, const std::string& key,
                                   const std::string& value) {
    for (const OptionEntry& entry : table)
      if (entry.path == family.path + "." + key && entry.member == kind)
        return value_of(entry, is_list(entry) ? items_of(entry, value) : std::vector{value}, table);
    return read_option_value(kind, key, value);  // the family refuses it by its name
  };
  return family.path == "operator" ? parse_chain_text(family.path, text, read)
                                   : parse_option_text(family.path, text, read);
}

}  // namespace

std::vector<std::string> items_of(const OptionEntry& entry, const std::string& word) {
  std::error_code none;
  if (entry.type == OptionType::texts && !is_bracketed(word) && std::filesystem::exists(word, none))
    return {word};
  return list_items(word);
}

Json value_of(const OptionEntry& entry, const std::vector<std::string>& words,
              const std::vector<OptionEntry>& table) {
  const auto last = [&] { return words.back(); };
  switch (entry.type) {
    case OptionType::boolean: {
      const std::optional<bool> value = boolean_of(last());
      return value ? Json(*value) : Json(last());
    }
    case OptionType::number:
      return number_of(entry, last());
    case OptionType::numbers: {
      Json list = Json::array();
      for (const std::string& word : words) list.push_back(number_of(entry, word));
      return list;
    }
    case OptionType::texts:
      return Json(words);
    case OptionType::text:
      return accepted_word(entry, last());
    case OptionType::family:
      return family_of(entry, last(), table);
    case OptionType::other:
      break;
  }
  return json_of(entry, last());
}

}  // namespace sgilo
