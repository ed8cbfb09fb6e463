#include "sgilo/commands/options_file.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace sgilo
