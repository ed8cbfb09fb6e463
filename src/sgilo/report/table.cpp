#include "sgilo/report/table.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <utility>

#include "sgilo/core/error.h"
#include "sgilo/core/read_number.h"

namespace sgilo {
namespace {

bool is_number(std::string_view text) {
  double value = 0;
  return read_number(text, value);
}

// Characters of UTF-8 text, each taken as one column wide.
std::size_t display_width(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char byte) { return (byte & 0xc0) != 0x80; }));
}

std::string csv_cell(const std::string& cell) {
  const bool plain = cell.find_first_of(",\"\r\n") == std::string::npos && !cell.starts_with(' ') &&
                     !cell.ends_with(' ');
  if (plain) return cell;
  std::string quoted = "\"";
  for (const char letter : cell) quoted += letter == '"' ? "\"\"" : std::string(1, letter);
  return quoted + "\"";
}

std::string markdown_cell(const std::string& cell) {
  std::string escaped;
  for (const char letter : cell) {
    if (letter == '|' || letter == '\\')
      escaped += std::string("\\") + letter;
    else if (letter == '\n')
      escaped += "<br>";
    else
      escaped += letter;
  }
  return escaped;
}

}  // namespace

Table::Table(std::vector<std::string> columns) : columns_(std::move(columns)) {
  if (columns_.empty()) throw ConfigError("a table must have a column, but has none");
}

void Table::add_row(std::vector<std::string> cells) {
  if (cells.size() != columns_.size())
    throw ConfigError(
        concat("a row of the table must have ", columns_.size(), " cells, but has ", cells.size()));
  rows_.push_back(std::move(cells));
}

bool Table::is_numeric(std::size_t column) const {
  bool any = false;
  for (const auto& row : rows_) {
    if (row[column].empty()) continue;
    if (!is_number(row[column])) return false;
    any = true;
  }
  return any;
}

std::string Table::text() const {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    widths.push_back(display_width(columns_[i]));
    for (const auto& row : rows_) widths[i] = std::max(widths[i], display_width(row[i]));
  }
  std::string result;
  const auto add_line = [&](const std::vector<std::string>& cells) {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const std::string padding(widths[i] - display_width(cells[i]), ' ');
      if (i > 0) line += "  ";
      line += is_numeric(i) ? padding + cells[i] : cells[i] + padding;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    result += line + "\n";
  };
  add_line(columns_);
  std::vector<std::string> rules;
  for (const std::size_t width : widths) rules.emplace_back(width, '-');
  add_line(rules);
  for (const auto& row : rows_) add_line(row);
  return result;
}

std::string Table::csv() const {
  std::string result;
  const auto add_line = [&](const std::vector<std::string>& cells) {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i)
      line += concat(i > 0 ? "," : "", csv_cell(cells[i]));
    // An empty line would be no row at all for most readers.
    result += (line.empty() ? "\"\"" : line) + "\n";
  };
  add_line(columns_);
  for (const auto& row : rows_) add_line(row);
  return result;
}

std::string Table::markdown() const {
  std::string result;
  const auto add_line = [&](const std::vector<std::string>& cells) {
    result += "|";
    for (const std::string& cell : cells) result += concat(" ", markdown_cell(cell), " |");
    result += "\n";
  };
  add_line(columns_);
  result += "|";
  for (std::size_t i = 0; i < columns_.size(); ++i) result += is_numeric(i) ? "---:|" : "---|";
  result += "\n";
  for (const auto& row : rows_) add_line(row);
  return result;
}

std::string number_text(double value, int digits) {
  std::array<char, 64> buffer;
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                    std::chars_format::general, std::clamp(digits, 1, 17));
  return std::isnan(value) ? "nan" : std::string(buffer.data(), result.ptr);
}

}  // namespace sgilo
