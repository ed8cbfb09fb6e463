#include "sgilo/core/error.h"

#include <algorithm>
#include <numeric>

namespace sgilo {
namespace {

// Levenshtein distance: insertions, deletions and substitutions that turn a into b.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
    }
  }
  return row.back();
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
  const auto nearest = std::min_element(known.begin(), known.end(), [&](auto& a, auto& b) {
    return edit_distance(a, found) < edit_distance(b, found);
  });
  if (nearest != known.end() &&
      3 * edit_distance(*nearest, found) <= std::max(nearest->size(), found.size()))
    text += concat(", did you mean '", *nearest, "'?");
  else
    text += ";";
  return text + concat(" known ", what, "s: ", join(known));
}

}  // namespace sgilo
