#include "sgilo/files/last_name.h"

#include <gtest/gtest.h>

namespace sgilo {
namespace {

TEST(LastName, IsTheRealNameWhateverFollowsIt) {
  for (const char* path :
       {"run", "run/", "run//", "./run/.", "other/../run", "/a/run/", "run/x/.."})
    EXPECT_EQ(last_name(path), "run") << path;
  EXPECT_EQ(last_name("."), std::filesystem::current_path().filename().string());
}

}  // namespace
}  // namespace sgilo
