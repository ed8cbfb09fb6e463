// Rows of cells as aligned text, CSV (RFC 4180) and Markdown.
#pragma once

#include <string>
#include <vector>

namespace sgilo {

class Table {
 public:
  // Throws ConfigError without columns.
  explicit Table(std::vector<std::string> columns);

  // Throws ConfigError "a row of the table must have 3 cells, but has 2".
  void add_row(std::vector<std::string> cells);

  const std::vector<std::string>& columns() const { return columns_; }
  const std::vector<std::vector<std::string>>& rows() const { return rows_; }
  bool is_numeric(std::size_t column) const;  // every cell is a number or empty, and one a number

  std::string text() const;  // columns of numbers stand to the right
  std::string csv() const;   // a header line; lines end in "\n"
  std::string markdown() const;

 private:
  std::vector<std::string> columns_;
  std::vector<std::vector<std::string>> rows_;
};

// A number in at most `digits` significant digits: "0.05", "1.5e-07", "nan", "inf". With 17 digits
// the same double reads back. The same under every locale.
std::string number_text(double value, int digits = 6);

}  // namespace sgilo
