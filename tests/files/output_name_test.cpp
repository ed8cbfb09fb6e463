#include "sgilo/files/output_name.h"

#include <gtest/gtest.h>

#include "sgilo/core/error.h"
#include "support/error_text.h"
#include "support/temporary_folder.h"

namespace sgilo {
namespace {

TEST(OutputName, AFileEndsAsItsKindOrInNothingKnown) {
  const auto told = [](const std::string& path) {
    return error_text<ConfigError>([&] { require_file_ending("output", path, {".csv", ".txt"}); });
  };
  EXPECT_EQ(told("a/m.png"), "output must end in .csv or .txt, but is a/m.png");
  EXPECT_EQ(told("m.PNG"), "output must end in .csv or .txt, but is m.PNG");
  for (const char* path : {"m.csv", "m.TXT", "m", "-", "/dev/stdout", "m_0.05", ".png", "a.png/m"})
    EXPECT_EQ(told(path), "") << path;
}

TEST(OutputName, AFolderIsNotNamedLikeAFileUnlessASlashSaysSo) {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder / "there.png");
  const auto told = [](const std::string& path) {
    return error_text<ConfigError>([&] { require_folder_name("output", path); });
  };
  EXPECT_EQ(told("demo.png"),
            "output must name a folder, but demo.png ends as a file does; demo.png/ is a folder "
            "all the same");
  for (const std::string& path : {std::string("demo"), std::string("run.v2"),
                                  std::string("demo.png/"), (folder / "there.png").string()})
    EXPECT_EQ(told(path), "") << path;
}

}  // namespace
}  // namespace sgilo
