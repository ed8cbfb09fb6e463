// The help of a verb.
#include "sgilo/cli/help_text.h"

#include <gtest/gtest.h>

#include <sstream>

#include "support/toy_job.h"

namespace sgilo {
namespace {

TEST(HelpText, HelpTellsWhatTheTableSays) {
  const std::string help = help_text(toy_run_job(), 100);
  for (const char* part : {"answers with its options", "--solver.annealed.first-std", "--first",
                           "With --solver fixed", "fixed, adaptive; default fixed", "default 0.9",
                           "--resume FOLDER", "Example:\n  sgilo toy a.png --solver adaptive"})
    EXPECT_NE(help.find(part), std::string::npos) << part << "\n" << help;
  EXPECT_EQ(help_text(toy_job(), 100).find("--resume"), std::string::npos);
}

TEST(HelpText, HelpIsWrappedAtTheWidthOfTheTerminal) {
  for (const int columns : {60, 80, 100}) {
    std::istringstream lines(help_text(toy_run_job(), columns));
    std::size_t longest = 0;
    for (std::string line; std::getline(lines, line);) longest = std::max(longest, line.size());
    EXPECT_LE(longest, static_cast<std::size_t>(columns));
    EXPECT_GT(longest, static_cast<std::size_t>(columns) - 20);
  }
}

TEST(HelpText, WrappedTextBreaksAtSpaces) {
  EXPECT_EQ(wrapped("one two three", 7), "one two\nthree");
  EXPECT_EQ(wrapped("one two three", 7, 2), "one two\n  three");
  EXPECT_EQ(wrapped("immeasurable two", 5), "immeasurable\ntwo");
}

TEST(HelpText, WritesEachFlagAsItWorks) {
  const std::string help = help_text(toy_run_job(), 100);
  for (const char* part :
       {"Usage: sgilo toy [images...] [options]\n", "\n  --images TEXT,... ", "\n  --[no-]trust ",
        "\n  --chains NUMBER,... ", "\n  -o, --output TEXT ", "\n  -v, --verbose ",
        "\n  --solver, --solver.kind NAME[:...] ", "\n  switches  ", "--x, --no-x, --x=false"})
    EXPECT_NE(help.find(part), std::string::npos) << part << "\n" << help;
}

TEST(HelpText, EachMemberOfAFamilyListsAllOfItsOwnOptions) {
  const std::string help = help_text(toy_run_job(), 100);
  const auto fixed = help.find("With --solver fixed"),
             adaptive = help.find("With --solver adaptive");
  const std::string first = help.substr(fixed, adaptive - fixed), second = help.substr(adaptive);
  for (const std::string& part : {first, second})
    EXPECT_NE(part.find("--solver.rate NUMBER"), std::string::npos) << help;
  EXPECT_NE(first.find("step size (positive; default 0.1)"), std::string::npos) << first;
  EXPECT_NE(second.find("first step size (positive; default 0.2)"), std::string::npos) << second;
}

}  // namespace
}  // namespace sgilo
