#include "sgilo/cli/flags.h"

#include <gtest/gtest.h>

#include "support/error_text.h"
#include "support/toy_job.h"

namespace sgilo {
namespace {

TEST(Flags, AreOfTheTableOfEveryVerbAndOfMembers) {
  const std::vector<Flag> flags = flags_of(toy_run_job());
  const Flag* output = find_flag(flags, "-o");
  ASSERT_NE(output, nullptr);
  EXPECT_EQ(output, find_flag(flags, "--output"));
  EXPECT_EQ(output->value, "TEXT");
  EXPECT_EQ(find_flag(flags, "--first")->entry.path, "solver.annealed.first_std");  // an alias
  EXPECT_EQ(find_flag(flags, "--solver.kind")->entry.type, OptionType::family);
  EXPECT_TRUE(find_flag(flags, "--force")->common);
  EXPECT_LT(find_flag(flags, "--force"), find_flag(flags, "--solver.rate"));
  EXPECT_EQ(find_flag(flags, "--non"), nullptr);
  EXPECT_EQ(find_flag(flags_of(toy_job()), "--force"), nullptr);
}

TEST(Flags, AnUnknownOneMayBeTheLastWordOfAPath) {
  const std::vector<Flag> flags = flags_of(toy_job());
  const auto refused = [&](const std::string& name) {
    return error_text<ConfigError>([&] { fail_unknown(flags, name); });
  };
  EXPECT_EQ(refused("--steps"),
            "unknown option '--steps', did you mean '--solver.annealed.steps'?");
  EXPECT_TRUE(refused("--sed").starts_with("unknown option '--sed', did you mean '--seed'? known"));
  EXPECT_EQ(refused("-x"),
            "unknown option '-x'; a name that starts with a dash is written ./-x or "
            "behind a word --");
}

}  // namespace
}  // namespace sgilo
