// From words to the options of a job.
#include "sgilo/cli/command_line.h"

#include <gtest/gtest.h>

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
  EXPECT_EQ(given({"--seed", "1e3", "--threads=+2"}), (Json{{"seed", 1000}, {"threads", 2}}));
  EXPECT_EQ(given({"--seed="}), (Json{{"seed", ""}}));
  EXPECT_EQ(given({"-o=run", "-q"}), (Json{{"output", "run"}}));
  EXPECT_EQ(given({"-orun"}), (Json{{"output", "run"}}));
}

TEST_F(CommandLine, SwitchesTakeTheirWordInFourWays) {
  for (const Words& words : {Words{"--trust"}, Words{"--trust=true"}, Words{"--trust", "yes"},
                             Words{"--trust=1"}, Words{"--trust", "On"}})
    EXPECT_EQ(given(words), (Json{{"trust", true}})) << words.back();
  for (const Words& words : {Words{"--no-trust"}, Words{"--trust=false"}, Words{"--trust", "no"},
                             Words{"--trust", "0"}, Words{"--trust", "--no-trust"}})
    EXPECT_EQ(given(words), (Json{{"trust", false}})) << words.back();
  EXPECT_EQ(refused({"--no-trust=false"}), "--no-trust takes no value, but 'false' is given");
  EXPECT_FALSE(parse({"--json", "false"}).json);
  EXPECT_EQ(refused({"--json=maybe"}), "--json must be true or false, but is 'maybe'");
}

TEST_F(CommandLine, ASwitchLeavesTheWordsOfTheVerbAlone) {
  EXPECT_EQ(given({"--trust", "a.png", "no.png"}),
            (Json{{"images", {"a.png", "no.png"}}, {"trust", true}}));
  Job one = toy_job();
  one.command.positional = "colour";
  EXPECT_EQ(
      error_text<ConfigError>([&] {
        parse_line(one, {"red", "--trust", "ture"});
      }),
      "'ture' is one word too many for sgilo toy (--trust takes true or false); see sgilo toy "
      "--help");
}

TEST_F(CommandLine, ListsAreWrittenInFiveWays) {
  for (const Words& words :
       {Words{"--chains", "1,4"}, Words{"--chains", "1", "4"}, Words{"--chains=[1,4]"},
        Words{"--chains", "[1, 4]"}, Words{"--chains", "1", "--chains=4"}})
    EXPECT_EQ(given(words), (Json{{"chains", {1, 4}}})) << words.back();
  EXPECT_EQ(given({"--chains=1", "a.png"}), (Json{{"images", {"a.png"}}, {"chains", {1}}}));
  EXPECT_EQ(given({"--chains", "1", "a.png"}), (Json{{"images", {"a.png"}}, {"chains", {1}}}));
  EXPECT_EQ(given({"--chains=[]"}), (Json{{"chains", Json::array()}}));
  EXPECT_EQ(given({"--images=a,b", "--images", "[c,d]"}), (Json{{"images", {"a", "b", "c", "d"}}}));
}

TEST_F(CommandLine, TextsGoToTheVerbBeforeTheyGoToAList) {
  Job job = toy_job();
  job.command.positional = "colour";
  const Json expected = {{"images", {"a", "b"}}, {"colour", "red"}};
  EXPECT_EQ(parse_line(job, {"red", "--images", "a", "b"}).given, expected);
  EXPECT_EQ(parse_line(job, {"--images", "a", "red", "--images", "b"}).given, expected);
  EXPECT_EQ(parse_line(job, {"--images", "a", "b", "red"}).given, expected);  // no colours
  job.command.positional = "";
  EXPECT_EQ(parse_line(job, {"--images", "a", "b"}).given, (Json{{"images", {"a", "b"}}}));
}

TEST_F(CommandLine, NamesWithCommasAreOneNameWhereTheFileIs) {
  const std::string file = put("a,b.png", "");
  EXPECT_EQ(given({"--images", file}), (Json{{"images", {file}}}));
  EXPECT_EQ(given({"x,y.png"}), (Json{{"images", {"x,y.png"}}}));
  EXPECT_EQ(given({R"(--images=["x,y.png"])"}), (Json{{"images", {"x,y.png"}}}));
}

TEST_F(CommandLine, WordsBehindTwoDashesAreNoFlags) {
  EXPECT_EQ(given({"--trust", "--", "-a.png", "--seed"}),
            (Json{{"images", {"-a.png", "--seed"}}, {"trust", true}}));
  EXPECT_EQ(given({"--", "--help"}), (Json{{"images", {"--help"}}}));
  EXPECT_EQ(given({"-"}), (Json{{"images", {"-"}}}));
  EXPECT_EQ(
      refused({"-a.png"}),
      "unknown option '-a.png'; a name that starts with a dash is written ./-a.png or behind a "
      "word --");
  EXPECT_EQ(given({"-o", "-a.png"}), (Json{{"output", "-a.png"}}));
}

TEST_F(CommandLine, TypographicDashesAreNamed) {
  EXPECT_EQ(refused({"\u2014seed", "1"}),
            "'\u2014seed' starts with a typographic dash; write '-' or '--', or ./\u2014seed for a "
            "file of that name");
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
  const std::string list = put("l.json", R"({"chains": [1, 2], "images": ["x"]})");
  EXPECT_EQ(given({"--config", list, "--chains", "3", "--chains", "4", "a"}),
            (Json{{"chains", {3, 4}}, {"images", {"a"}}}));  // lists are replaced as a whole
  const std::string word = put("w.json", R"({"solver": "adaptive"})");
  EXPECT_EQ(given({"--config", word, "--solver.rate=0.3"})["solver"],
            (Json{{"kind", "adaptive"}, {"rate", 0.3}}));
}

TEST_F(CommandLine, AFamilyTakesTheGrammarOfOneLineAndItsOptionsWinOverIt) {
  const Json expected = {{"solver", {{"kind", "adaptive"}, {"rate", 0.3}}}};
  EXPECT_EQ(given({"--solver", "adaptive:rate=0.3"}), expected);
  EXPECT_EQ(given({"--solver.rate=0.3", "--solver", "adaptive:rate=0.2"}), expected);
  EXPECT_EQ(given({"--solver.kind=adaptive", "--solver.rate=0.3"}), expected);
  EXPECT_EQ(given({"--solver", "fixed", "--solver", "adaptive:rate=0.3"}), expected);
}

TEST_F(CommandLine, ValuesWithinAFamilyAreReadAsOnFlags) {
  const auto solver = [](const std::string& text) { return given({"--solver", text})["solver"]; };
  EXPECT_EQ(solver("fixed:layers=[2]")["layers"], Json({2}));
  EXPECT_EQ(solver("fixed:layers=2")["layers"], Json({2}));
  EXPECT_EQ(solver("fixed:layers=10,10,rate=+.5"),
            (Json{{"kind", "fixed"}, {"layers", {10, 10}}, {"rate", 0.5}}));
  EXPECT_EQ(solver("fixed:verbose-log=no")["verbose_log"], false);
  EXPECT_EQ(solver("fixed:verbose-log=1")["verbose_log"], true);
  EXPECT_EQ(solver("fixed:name=007")["name"], "007");
  EXPECT_EQ(solver("other:name=007")["name"], 7);  // of no known type
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
  EXPECT_EQ(refused({"--resume", run, "-o", "other"}),
            "--resume goes on in the run's own folder, without --output");
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
  EXPECT_EQ(refused({"--rate", "1"}), "unknown option '--rate', did you mean '--solver.rate'?");
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

}  // namespace
}  // namespace sgilo
