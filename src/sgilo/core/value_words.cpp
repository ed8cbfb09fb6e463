#include "sgilo/core/value_words.h"

#include "sgilo/core/parse_json.h"
#include "sgilo/core/read_number.h"

namespace sgilo {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::vector<std::string> split_at_commas(std::string_view text) {
  std::vector<std::string> items;
  if (text.empty()) return items;
  for (std::size_t start = 0; start <= text.size();) {
    const std::string_view part = text.substr(start, text.find(',', start) - start);
    items.emplace_back(trimmed(part));
    start += part.size() + 1;
  }
  return items;
}

}  // namespace

Json number_or_text(std::string_view text) {
  constexpr double kMostWhole = 9007199254740992;  // 2^53: every whole number up to it is exact
  std::string_view digits = text;
  if (digits.size() > 1 && digits.front() == '+' && digits[1] != '-') digits.remove_prefix(1);
  std::int64_t whole = 0;
  if (read_number(digits, whole)) return whole;
  std::uint64_t large = 0;
  if (read_number(digits, large)) return large;
  double number = 0;
  if (!read_number(digits, number) || !std::isfinite(number)) return text;
  if (number != 0 && number == std::trunc(number) && std::abs(number) <= kMostWhole)
    return static_cast<std::int64_t>(number);
  return number;
}

std::optional<bool> boolean_of(std::string_view text) {
  std::string word(text);
  for (char& letter : word)
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  for (const char* yes : {"true", "yes", "on", "1"})
    if (word == yes) return true;
  for (const char* no : {"false", "no", "off", "0"})
    if (word == no) return false;
  return std::nullopt;
}

std::vector<std::string> list_items(std::string_view text) {
  text = trimmed(text);
  if (!is_bracketed(text)) return split_at_commas(text);
  try {
    std::vector<std::string> items;
    for (const Json& item : parse_json(std::string(text), "list"))
      items.push_back(item.is_string() ? item.get<std::string>() : item.dump());
    return items;
  } catch (const FormatError&) {  // words without quotation marks
    return split_at_commas(trimmed(text.substr(1, text.size() - 2)));
  }
}

}  // namespace sgilo
