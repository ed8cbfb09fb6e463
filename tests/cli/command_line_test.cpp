// From words to the options of a job.
#include "sgilo/cli/command_line.h"

#include <gtest/gtest.h>

#include <sstream>

#include "support/error_text.h"
#include "support/temporary_folder.h"
#include "support/toy_job.h"

namespace sgilo {
namespace {

using Words = std::vector<std::string>;

class CommandLine : public testing::Test {
 protected:
  std::string put(const std::string& name, const std::string& text) const {
    return folder_.put(name, text).string();
  }

  TemporaryFolder folder_;
};

ParsedLine parse(const Words& words) { return parse_line(toy_run_job(), words); }
Json given(const Words& words) { return parse(words).given; }
std::string refused(const Words& words) {
  return error_text<ConfigError>([&] { parse(words); });
}

TEST_F(CommandLine, AFlagIsAPathWithDashesOrUnderscores) {
  const Json expected = {{"solver", {{"annealed", {{"first_std", 0.5}}}}}};
  EXPECT_EQ(given({"--solver.annealed.first-std=0.5"}), expected);
  EXPECT_EQ(given({"--solver.annealed.first_std", "0.5"}), expected);
  EXPECT_EQ(given({"--first", "0.5"}), expected);  // an alias
  EXPECT_EQ(given({}), Json::object());
}

TEST_F(CommandLine, ValuesHaveTheTypesOfTheTable) {
  EXPECT_EQ(given({"--chains", "1,4", "--colour", "green", "--trust", "--seed", "7"}),
            (Json{{"chains", {1, 4}}, {"colour", "green"}, {"trust", true}, {"seed", 7}}));
  EXPECT_EQ(given({"--trust=false", "--seed=one"}), (Json{{"trust", false}, {"seed", "one"}}));
  EXPECT_EQ(given({"--seed", "1", "--seed", "2"}), (Json{{"seed", 2}}));
  EXPECT_EQ(given({"--seed", "-3"}), (Json{{"seed", -3}}));
}

TEST_F(CommandLine, WordsWithoutAFlagFillTheirOption) {
  const Json expected = {{"images", {"a.png", "b.png"}}};
  EXPECT_EQ(given({"a.png", "b.png"}), expected);
  EXPECT_EQ(given({"--images", "a.png", "--images", "b.png"}), expected);
}

TEST_F(CommandLine, FlagsWinOverTheConfigurationAndTheRestOfItStays) {
  const std::string file =
      put("c.json", R"({"seed": 3, "threads": 2, "solver": {"kind": "adaptive", "rate": 0.5}})");
  EXPECT_EQ(
      given({"--seed", "4", "--config", file, "--solver.annealed.steps", "7"}),
      (Json{{"seed", 4},
            {"threads", 2},
            {"solver", {{"kind", "adaptive"}, {"rate", 0.5}, {"annealed", {{"steps", 7}}}}}}));
  EXPECT_EQ(given({"--config", file, "--solver", "fixed"})["solver"],
            (Json{{"kind", "fixed"}, {"rate", 0.5}}));
  const std::string word = put("w.json", R"({"solver": "adaptive"})");
  EXPECT_EQ(given({"--config", word, "--solver.rate=0.3"})["solver"],
            (Json{{"kind", "adaptive"}, {"rate", 0.3}}));
}

TEST_F(CommandLine, AFamilyTakesTheGrammarOfOneLineAndItsOptionsWinOverIt) {
  const Json expected = {{"solver", {{"kind", "adaptive"}, {"rate", 0.3}}}};
  EXPECT_EQ(given({"--solver", "adaptive:rate=0.3"}), expected);
  EXPECT_EQ(given({"--solver.rate=0.3", "--solver", "adaptive:rate=0.2"}), expected);
  EXPECT_EQ(given({"--solver.kind=adaptive", "--solver.rate=0.3"}), expected);
}

TEST_F(CommandLine, ConfigurationsMustBeObjectsOfJson) {
  const std::string broken = put("c.json", "{\n  \"seed\": 16,\n}\n");
  EXPECT_EQ(error_text<FormatError>([&] {
              parse({"--config", broken});
            }),
            broken + ": is not JSON at line 3, column 1");
  const std::string list = put("list.json", "[1]");
  EXPECT_EQ(refused({"--config", list}), list + " must hold an object of options, but holds [1]");
  EXPECT_EQ(refused({"--config", ""}), "--config needs a file, but is empty");
  const std::string flat = put("flat.json", R"({"solver": 3})");
  EXPECT_EQ(refused({"--config", flat, "--solver.rate", "1"}),
            "solver must be an object, but is 3");
}

TEST_F(CommandLine, ResumingTakesTheOptionsOfTheRun) {
  std::filesystem::create_directory(folder_ / "run");
  put("run/config.json", R"({"seed": 3, "output": "elsewhere"})");
  const std::string run = (folder_ / "run").string();
  const ParsedLine line = parse({"--resume", run, "--threads", "1"});
  EXPECT_EQ(line.mode, RunMode::resume);
  EXPECT_EQ(line.given, (Json{{"seed", 3}, {"output", run}, {"threads", 1}}));
  const std::string alone = "--resume goes on with a run as it was, without --config and --force";
  EXPECT_EQ(refused({"--resume", run, "--force"}), alone);
  EXPECT_EQ(refused({"--resume", run, "--config", run + "/config.json"}), alone);
  EXPECT_EQ(refused({"--resume", ""}), "--resume needs a folder, but is empty");
  EXPECT_EQ(refused({"--resume", folder_.path().string()}),
            folder_.path().string() + " holds no run that could be resumed");
}

TEST_F(CommandLine, OnlyJobsThatMakeARunTakeForceAndResume) {
  EXPECT_EQ(parse({"--force"}).mode, RunMode::force);
  EXPECT_EQ(parse({}).mode, RunMode::fresh);
  for (const char* flag : {"--force", "--resume"})
    EXPECT_TRUE(error_text<ConfigError>([&] {
                  parse_line(toy_job(), {flag});
                }).starts_with(concat("unknown option '", flag, "'")));
}

TEST_F(CommandLine, CommonFlagsAreOfEveryVerb) {
  const ParsedLine line = parse({"--json", "--dry-run", "-v", "-v"});
  EXPECT_TRUE(line.json && line.dry_run);
  EXPECT_EQ(line.verbosity, 2);
  EXPECT_EQ(parse({"-q"}).verbosity, -1);
  EXPECT_TRUE(parse({"--help"}).help);
}

TEST_F(CommandLine, FlagsAreNoValues) {
  EXPECT_EQ(refused({"--seed", "--threads", "1"}), "--seed needs a value, but '--threads' follows");
  EXPECT_EQ(refused({"--seed", "-q"}), "--seed needs a value, but '-q' follows");
  EXPECT_EQ(refused({"--seed"}), "--seed needs a value, but nothing follows");
  EXPECT_EQ(refused({"--resume", "--threads", "1"}),
            "--resume needs a folder, but '--threads' follows");
  EXPECT_EQ(refused({"--config", "--json"}), "--config needs a file, but '--json' follows");
}

TEST_F(CommandLine, UnknownFlagIsNamedWithTheNearestOfItsLevel) {
  EXPECT_EQ(refused({"--solvr", "fixed"}),
            "unknown option '--solvr', did you mean '--solver'? known options: --chains, --colour, "
            "--config, --device, --dry-run, --first, --force, --help, --images, --json, --output, "
            "--quiet, --resume, --seed, --solver, --threads, --trust, --verbose");
  EXPECT_EQ(refused({"--solver.annealed.first-sdt=0.5"}),
            "unknown option '--solver.annealed.first-sdt', did you mean "
            "'--solver.annealed.first-std'? known options: --solver.annealed.first-std, "
            "--solver.annealed.steps");
  EXPECT_EQ(refused({"--output=\xe9.png"}),
            "word 1 after sgilo toy must be text in UTF-8, and is not");
  Job plain = toy_job();
  plain.command.positional = "";
  EXPECT_EQ(error_text<ConfigError>([&] { parse_line(plain, {"more"}); }),
            "'more' is one word too many for sgilo toy; see sgilo toy --help");
}

TEST_F(CommandLine, HelpTellsWhatTheTableSays) {
  const std::string help = help_text(toy_run_job(), 100);
  for (const char* part : {"answers with its options", "--solver.annealed.first-std", "--first",
                           "With --solver fixed", "fixed, adaptive; default fixed", "default 0.9",
                           "--resume FOLDER", "Example:\n  sgilo toy a.png --solver adaptive"})
    EXPECT_NE(help.find(part), std::string::npos) << part << "\n" << help;
  EXPECT_EQ(help_text(toy_job(), 100).find("--resume"), std::string::npos);
}

TEST_F(CommandLine, HelpIsWrappedAtTheWidthOfTheTerminal) {
  for (const int columns : {60, 80, 100}) {
    std::istringstream lines(help_text(toy_run_job(), columns));
    std::size_t longest = 0;
    for (std::string line; std::getline(lines, line);) longest = std::max(longest, line.size());
    EXPECT_LE(longest, static_cast<std::size_t>(columns));
    EXPECT_GT(longest, static_cast<std::size_t>(columns) - 20);
  }
}

TEST_F(CommandLine, WrappedTextBreaksAtSpaces) {
  EXPECT_EQ(wrapped("one two three", 7), "one two\nthree");
  EXPECT_EQ(wrapped("one two three", 7, 2), "one two\n  three");
  EXPECT_EQ(wrapped("immeasurable two", 5), "immeasurable\ntwo");
}

}  // namespace
}  // namespace sgilo
