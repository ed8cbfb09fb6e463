#include "sgilo/core/error.h"

#include <algorithm>
#include <numeric>

namespace sgilo {
namespace {

// Insertions, deletions, substitutions and swaps of neighbours that turn a into b (Damerau's
// distance without overlapping edits).
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before, last(b.size() + 1), row(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substituted = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, substituted});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before = last;
    last = row;
  }
  return last.back();
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& letter : out)
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  return out;
}

}  // namespace

std::string join(const std::vector<std::string>& words, std::string_view separator) {
  std::string text;
  for (const std::string& word : words) {
    if (!text.empty()) text += separator;
    text += word;
  }
  return text;
}

std::string unknown_name(std::string_view what, std::string_view found,
                         const std::vector<std::string>& known) {
  std::string text = concat("unknown ", what, " '", found, "'");
  const auto distance = [&](const std::string& name) {  // whatever the case
    return edit_distance(lower(name), lower(found));
  };
  const auto nearest = std::min_element(
      known.begin(), known.end(), [&](auto& a, auto& b) { return distance(a) < distance(b); });
  if (nearest != known.end() && 3 * distance(*nearest) <= std::max(nearest->size(), found.size()))
    text += concat(", did you mean '", *nearest, "'?");
  else
    text += ";";
  return text + concat(" known ", what, "s: ", join(known));
}

}  // namespace sgilo
