#include "sgilo/commands/options_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "support/error_text.h"
#include "support/temporary_folder.h"

namespace sgilo {
namespace {

TEST(OptionsFile, HoldsAnObject) {
  const TemporaryFolder folder;
  EXPECT_EQ(read_options(folder.put("a.json", R"({"seed": 3})").string()), (Json{{"seed", 3}}));
  const std::string list = folder.put("b.json", "[1]").string();
  EXPECT_EQ(error_text<ConfigError>([&] { read_options(list); }),
            list + " must hold an object of options, but holds [1]");
  const std::string broken = folder.put("c.json", "{").string();
  EXPECT_EQ(error_text<FormatError>([&] { read_options(broken); }),
            broken + ": is not JSON at line 1, column 2");
}

TEST(OptionsFile, OfARunWritesIntoItsFolder) {
  const TemporaryFolder folder;
  const std::string run = folder.path().string();
  EXPECT_EQ(error_text<ConfigError>([&] { options_of_run(run); }),
            run + " holds no run that could be resumed");
  folder.put("config.json", R"({"output": "moved", "seed": 3})");
  EXPECT_EQ(options_of_run(run), (Json{{"output", run}, {"seed", 3}}));
}

TEST(OptionsFile, OfARunSendsNobodyToAPipe) {
  const TemporaryFolder folder;
  const std::string pipe = (folder / "pipe").string(), run = folder.path().string();
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const std::string names = (folder / "config.json").string() + ": names ",
                    no_file = ", which is no file; a run goes on from files alone";
  const auto refused = [&](const Json& config) {
    folder.put("config.json", config.dump());
    return error_text<FormatError>([&] { options_of_run(run); });
  };
  EXPECT_EQ(refused({{"measurement", pipe}}), names + pipe + no_file);
  EXPECT_EQ(refused({{"released", {{"layer_scores", {pipe}}}}}), names + pipe + no_file);
  EXPECT_EQ(refused({{"measurement", "/dev/zero"}}), names + "/dev/zero" + no_file);
  EXPECT_EQ(refused({{"measurement", "-"}}), names + "-" + no_file);
  EXPECT_EQ(refused({{"measurement", run}, {"device", "cpu"}}), "");
}

}  // namespace
}  // namespace sgilo
