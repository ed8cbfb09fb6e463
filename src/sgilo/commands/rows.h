// Tables in a job's result: a list of objects, one for each row, whose keys are the columns.
#pragma once

#include <vector>

#include "sgilo/core/options_json.h"
#include "sgilo/report/table.h"

namespace sgilo {

// Cells become numbers where they read as such, but for those of the columns `words`.
Json rows_of(const Table& table, const std::vector<std::string>& words);

// The table of such rows, numbers in `digits` significant digits. Throws ConfigError without rows.
Table table_of_rows(const Json& rows, int digits = 6);

// A number in a result; NaN, which JSON has no word for, is null in its text.
inline double number_of(const Json& value) {
  return value.is_number() ? value.get<double>() : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace sgilo
