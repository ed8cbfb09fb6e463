#include "sgilo/commands/rows.h"

#include <algorithm>

#include "sgilo/core/parse_json.h"

namespace sgilo {
namespace {

// What a cell says as a number; null where it is none.
Json number_in(const std::string& cell) {
  try {
    const Json value = parse_json(cell, "");
    return value.is_number() ? value : Json();
  } catch (const FormatError&) {
    return Json();
  }
}

}  // namespace

Json rows_of(const Table& table, const std::vector<std::string>& words) {
  Json rows = Json::array();
  for (const std::vector<std::string>& row : table.rows()) {
    Json json = Json::object();
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string& column = table.columns()[i];
      const bool word = std::find(words.begin(), words.end(), column) != words.end();
      const Json value = word ? Json() : number_in(row[i]);
      json[column] = value.is_null() ? Json(row[i]) : value;
    }
    rows.push_back(std::move(json));
  }
  return rows;
}

Table table_of_rows(const Json& rows, int digits) {
  std::vector<std::string> columns;
  if (!rows.empty())
    for (const auto& item : rows.front().items()) columns.push_back(item.key());
  Table table(columns);
  for (const Json& row : rows) {
    std::vector<std::string> cells;
    for (const auto& item : row.items())
      cells.push_back(item.value().is_string() ? item.value().get<std::string>()
                                               : number_text(number_of(item.value()), digits));
    table.add_row(std::move(cells));
  }
  return table;
}

}  // namespace sgilo
