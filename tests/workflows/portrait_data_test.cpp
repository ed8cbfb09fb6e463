#include "sgilo/workflows/portrait_data.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "sgilo/core/error.h"
#include "sgilo/files/folder_lock.h"
#include "support/error_text.h"
#include "support/temporary_folder.h"

namespace sgilo {
namespace {

namespace fs = std::filesystem;

class PortraitData : public testing::Test {
 protected:
  PortraitDataOptions options(std::int64_t start, std::int64_t count) const {
    PortraitDataOptions out;
    out.start = start;
    out.count = count;
    out.size = 32;
    out.output = (folder_ / "images").string();
    return out;
  }
  std::int64_t write(std::int64_t start, std::int64_t count) {
    return write_portraits(options(start, count), silent_);
  }
  std::int64_t rows() const {
    const std::string table = folder_.get("images/attributes.csv");
    return std::count(table.begin(), table.end(), '\n') - 1;
  }

  TemporaryFolder folder_;
  Observer silent_;
};

TEST_F(PortraitData, KeepsTheRowsOfEarlierPortraits) {
  EXPECT_EQ(write(0, 2), 2);
  EXPECT_EQ(write(1, 2), 2);
  EXPECT_EQ(rows(), 3);
  EXPECT_EQ(write(5, 1), 1);
  EXPECT_EQ(rows(), 4);
}

TEST_F(PortraitData, RefusesASecondWriterWhoseRowsWouldBeLost) {
  EXPECT_EQ(write(0, 1), 1);
  {
    const FolderLock first(folder_ / "images");
    EXPECT_TRUE(error_text<ConfigError>([&] {
                  write(1, 1);
                }).starts_with((folder_ / "images").string() + " is in use by process "));
  }
  EXPECT_EQ(write(1, 1), 1);
  EXPECT_EQ(rows(), 2);
}

TEST_F(PortraitData, FollowsNoLinkInItsFolder) {
  EXPECT_EQ(write(0, 1), 1);
  for (const char* name : {"attributes.csv", "test_0.png"}) {
    folder_.put("foreign", "text");
    fs::remove(folder_ / "images" / name);
    fs::create_symlink("../foreign", folder_ / "images" / name);
    EXPECT_EQ(error_text<FormatError>([&] { write(0, 1); }),
              (folder_ / "images" / name).string() +
                  ": is a symbolic link, and none is followed inside this folder");
    EXPECT_EQ(folder_.get("foreign"), "text");
    fs::remove(folder_ / "images" / name);
  }
}

TEST_F(PortraitData, RefusesIndicesBeyondTheNumbersThereAre) {
  const std::int64_t last = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(
      error_text<ConfigError>([&] { write(last, 1); }),
      concat("start + count must be a number below 2^63, but start is ", last, " and count 1"));
}

}  // namespace
}  // namespace sgilo
