#include "sgilo/commands/job.h"

#include <gtest/gtest.h>

#include "support/error_text.h"
#include "support/temporary_folder.h"
#include "support/toy_job.h"

namespace sgilo {
namespace {

std::string refused(const Json& options, RunMode mode = RunMode::fresh) {
  Observer silent;
  return error_text<ConfigError>([&] { toy_job().run(options, mode, silent); });
}

TEST(Job, AnswersAnObjectOfOptionsWithJson) {
  Observer silent;
  const Json result =
      toy_job().run({{"seed", 3}, {"solver", {{"kind", "adaptive"}}}}, RunMode::fresh, silent);
  EXPECT_EQ(result["options"]["seed"], 3);
  EXPECT_EQ(result["options"]["solver"]["rate"], 0.2);
  EXPECT_EQ(result["options"]["output"], "toy");
  EXPECT_EQ(toy_job().text(result), result["options"].dump() + "\n");
}

TEST(Job, APlanOfWordsIsJsonToo) {
  Observer silent;
  EXPECT_EQ(toy_job().plan({{"output", "there"}}, silent), (Json{{"plan", "would write there\n"}}));
}

TEST(Job, RefusesOutputsThatNameNothing) {
  EXPECT_EQ(refused({{"output", ""}}), "output must name a file or folder, but is empty");
  EXPECT_EQ(refused({{"output", "-"}}), "output must name a folder, but is '-' (stdout)");
  EXPECT_NO_THROW(require_output({.output = OutputKind::file}, {}, {{"output", "-"}}));
}

TEST(Job, RefusesOutputsThatCannotBeWrittenBeforeItsWork) {
  const TemporaryFolder folder;
  const std::string file = folder.put("file", "x"), inside = (folder / "none/file").string();
  const auto told = [&](OutputKind kind, const std::string& output) {
    return error_text<ConfigError>([&] {
      require_output({.output = kind}, {}, {{"output", output}});
    });
  };
  const std::string is_folder = folder.path().string() + ": cannot be written: it is a folder",
                    no_folder = inside + ": cannot be written, there is no folder " +
                                (folder / "none").string();
  EXPECT_EQ(refused({{"output", file}}),
            file + ": the folder cannot be made: a file has this name");
  EXPECT_EQ(told(OutputKind::file, folder.path()), is_folder);
  EXPECT_EQ(told(OutputKind::text, folder.path()), is_folder);
  EXPECT_EQ(told(OutputKind::file, inside), no_folder);
  EXPECT_EQ(told(OutputKind::folder, inside), "");
  EXPECT_EQ(told(OutputKind::either, inside), "");
  EXPECT_EQ(told(OutputKind::either, file), "");
  EXPECT_EQ(told(OutputKind::either, folder.path()), "");
  EXPECT_EQ(told(OutputKind::either, file + "/below"),
            file + "/below: the folder cannot be made: a part of the path is not a folder");
  EXPECT_EQ(folder.count(), 1);
}

TEST(Job, RefusesAFolderThatIsNamedLikeAFile) {
  EXPECT_EQ(refused({{"output", "toy.png"}}),
            "output must name a folder, but toy.png ends as a file does; toy.png/ is a folder all "
            "the same");
}

TEST(Job, RefusesOptionsThatAreUnknownOrOutOfRange) {
  EXPECT_TRUE(
      refused({{"sead", 3}})
          .starts_with("sead: unknown option 'sead', did you mean 'seed'? known options: "));
  EXPECT_EQ(refused({{"seed", -3}}), "seed must be at least 0, but is -3");
  EXPECT_EQ(refused({{"seed", "one"}}), "seed must be a whole number, but is \"one\"");
  EXPECT_EQ(refused({{"solver", {{"rate", 0}}}}), "solver.rate must be positive, but is 0.0");
  EXPECT_EQ(refused(Json::array()), "options must be an object, but is []");
  Observer silent;
  EXPECT_EQ(error_text<ConfigError>([&] {
              toy_job().plan({{"seed", -3}}, silent);
            }),
            "seed must be at least 0, but is -3");
}

TEST(Job, PreparesTheMachineForEveryCaller) {
  EXPECT_EQ(refused({{"device", "gpu"}}).substr(0, 21), "device must be one of");
  Observer silent;
  toy_job().run({{"threads", 1}}, RunMode::fresh, silent);
  EXPECT_EQ(at::get_num_threads(), 1);
}

TEST(Job, OnlyOneThatMakesARunReplacesOrResumesIt) {
  Observer silent;
  EXPECT_FALSE(toy_job().makes_run);
  EXPECT_TRUE(toy_run_job().makes_run);
  EXPECT_EQ(toy_run_job().run(Json::object(), RunMode::resume, silent)["mode"],
            static_cast<int>(RunMode::resume));
  EXPECT_EQ(refused(Json::object(), RunMode::force),
            "toy makes no run that could be replaced or resumed");
}

TEST(Job, AResultIsFinishedAndPassedUnlessItSaysOtherwise) {
  EXPECT_TRUE(finished(Json::object()));
  EXPECT_TRUE(passed(Json::object()));
  EXPECT_FALSE(finished({{"finished", false}}));
  EXPECT_FALSE(passed({{"passed", false}}));
}

}  // namespace
}  // namespace sgilo
