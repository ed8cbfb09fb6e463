#include "sgilo/report/table.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "sgilo/core/error.h"
#include "support/error_text.h"

namespace sgilo {
namespace {

Table example() {
  Table table({"solver", "PSNR"});
  table.add_row({"ILO", "21.5"});
  table.add_row({"SGILO, 4 \"chains\" | σ", "9"});
  return table;
}

TEST(Table, AlignsWordsLeftAndNumbersRight) {
  EXPECT_EQ(example().text(),
            "solver                 PSNR\n"
            "---------------------  ----\n"
            "ILO                    21.5\n"
            "SGILO, 4 \"chains\" | σ     9\n");
}

TEST(Table, QuotesCsvCellsThatNeedIt) {
  EXPECT_EQ(example().csv(), "solver,PSNR\nILO,21.5\n\"SGILO, 4 \"\"chains\"\" | σ\",9\n");
  Table table({"a"});
  table.add_row({"two\nlines"});
  table.add_row({" space"});
  table.add_row({""});
  EXPECT_EQ(table.csv(), "a\n\"two\nlines\"\n\" space\"\n\"\"\n");
}

TEST(Table, EscapesMarkdown) {
  EXPECT_EQ(example().markdown(),
            "| solver | PSNR |\n|---|---:|\n| ILO | 21.5 |\n"
            "| SGILO, 4 \"chains\" \\| σ | 9 |\n");
}

TEST(Table, RefusesRowsOfAnotherLength) {
  Table table({"a", "b", "c"});
  EXPECT_EQ(error_text<ConfigError>([&] {
              table.add_row({"1", "2"});
            }),
            "a row of the table must have 3 cells, but has 2");
  EXPECT_EQ(error_text<ConfigError>([] { Table empty({}); }),
            "a table must have a column, but has none");
}

TEST(Table, TakesAColumnAsNumericWhenAllItsCellsAre) {
  Table table({"a", "b", "c"});
  table.add_row({"1e-3", "", "1"});
  table.add_row({"nan", "", "x"});
  EXPECT_TRUE(table.is_numeric(0));
  EXPECT_FALSE(table.is_numeric(1));
  EXPECT_FALSE(table.is_numeric(2));
}

TEST(NumberText, IsShortAndReadsBackExactlyWithAllDigits) {
  EXPECT_EQ(number_text(0.05), "0.05");
  EXPECT_EQ(number_text(1234567.0, 3), "1.23e+06");
  EXPECT_EQ(number_text(std::nan("")), "nan");
  EXPECT_EQ(number_text(-std::numeric_limits<double>::infinity()), "-inf");
  for (const double value : {1.0 / 3, 1e-300, 6.02214076e23, -0.1})
    EXPECT_EQ(std::stod(number_text(value, 17)), value);
}

}  // namespace
}  // namespace sgilo
