#include "sgilo/commands/rows.h"

#include <gtest/gtest.h>

namespace sgilo {
namespace {

TEST(Rows, HoldNumbersAsNumbersAndWordsAsWords) {
  Table table({"run", "psnr", "verdict"});
  table.add_row({"123", "24.512", "holds"});
  table.add_row({"b", "", "nan"});
  const Json rows = rows_of(table, {"run"});
  EXPECT_EQ(rows, (Json{{{"run", "123"}, {"psnr", 24.512}, {"verdict", "holds"}},
                        {{"run", "b"}, {"psnr", ""}, {"verdict", "nan"}}}));
  EXPECT_EQ(table_of_rows(rows).text(), table.text());
}

TEST(Rows, KeepTheDigitsOfTheTable) {
  Table table({"mse"});
  for (const double value : {0.000012345678, 123456.78, 3.0, -0.5})
    table.add_row({number_text(value, 5)});
  EXPECT_EQ(table_of_rows(rows_of(table, {}), 5).rows(), table.rows());
  EXPECT_TRUE(std::isnan(number_of(Json())));
}

}  // namespace
}  // namespace sgilo
