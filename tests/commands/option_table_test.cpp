#include "sgilo/commands/option_table.h"

#include <gtest/gtest.h>

#include "support/toy_job.h"

namespace sgilo {
namespace {

struct UnstatedOptions {
  std::optional<std::variant<FixedOptions, AdaptiveOptions>> solver;
  static constexpr auto fields() {
    return std::tuple{field("solver", &UnstatedOptions::solver, "what restores")};
  }
};

const OptionEntry* find(const std::vector<OptionEntry>& table, const std::string& path,
                        const std::string& member = "") {
  for (const OptionEntry& entry : table)
    if (entry.path == path && entry.member == member) return &entry;
  return nullptr;
}

TEST(OptionTable, ListsPathsWithTypeRangeAndDefault) {
  const std::vector<OptionEntry> table = option_table<ToyOptions>();
  const OptionEntry* colour = find(table, "colour");
  ASSERT_NE(colour, nullptr);
  EXPECT_EQ(colour->accepted, "red, green");
  EXPECT_EQ(colour->default_value, "red");
  EXPECT_EQ(find(table, "trust")->type, OptionType::boolean);
  EXPECT_EQ(find(table, "images")->type, OptionType::texts);
  EXPECT_EQ(find(table, "chains")->type, OptionType::numbers);
  EXPECT_EQ(find(table, "chains")->accepted, "a list of positive numbers");
  EXPECT_NE(find(table, "threads"), nullptr);
}

TEST(OptionTable, AFamilyListsTheOptionsOfEachMember) {
  const std::vector<OptionEntry> table = option_table<ToyOptions>();
  const OptionEntry* solver = find(table, "solver");
  ASSERT_NE(solver, nullptr);
  EXPECT_EQ(solver->type, OptionType::family);
  EXPECT_EQ(solver->accepted, "fixed, adaptive");
  EXPECT_EQ(solver->default_value, "fixed");
  EXPECT_EQ(find(table, "solver.rate", "fixed")->default_value, 0.1);
  EXPECT_EQ(find(table, "solver.rate", "adaptive")->default_value, 0.2);
  EXPECT_EQ(find(table, "solver.annealed.steps", "adaptive")->default_value, 3);
  EXPECT_EQ(find(table, "solver.annealed.steps", "adaptive")->family, "solver");
}

TEST(OptionTable, WhatMayBeLeftUnstatedIsListedLikeWhatItHolds) {
  const std::vector<OptionEntry> table = option_table<UnstatedOptions>();
  EXPECT_EQ(find(table, "solver")->type, OptionType::family);
  EXPECT_NE(find(table, "solver.rate", "fixed"), nullptr);
}

}  // namespace
}  // namespace sgilo
