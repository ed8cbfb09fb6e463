#include "sgilo/files/new_folder.h"

#include <gtest/gtest.h>

#include <fstream>

#include "sgilo/core/error.h"
#include "support/error_text.h"
#include "support/temporary_folder.h"

namespace sgilo {
namespace {

namespace fs = std::filesystem;

TEST(NewFolder, AppearsWholeOrNotAtAll) {
  const TemporaryFolder folder;
  {
    const NewFolder left(folder / "model");
    std::ofstream(left.path() / "part") << "half";
  }
  EXPECT_EQ(folder.count(), 0);
  NewFolder made(folder / "model/");
  std::ofstream(made.path() / "part") << "whole";
  EXPECT_FALSE(fs::exists(folder / "model"));
  made.commit();
  EXPECT_EQ(folder.get("model/part"), "whole");
  EXPECT_EQ(folder.count(), 1);
}

TEST(NewFolder, TakesAnEmptyFolderAndRefusesAnother) {
  const TemporaryFolder folder;
  fs::create_directory(folder / "empty");
  NewFolder(folder / "empty").commit();
  fs::create_directory(folder / "full");
  folder.put("full/a", "x");
  EXPECT_EQ(
      error_text<ConfigError>([&] { NewFolder(folder / "full"); }),
      (folder / "full").string() + ": is there already; name a folder that is not, or remove it");
  EXPECT_EQ(folder.get("full/a"), "x");
}

}  // namespace
}  // namespace sgilo
