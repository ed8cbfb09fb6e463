#include "sgilo/bench/published.h"

#include <gtest/gtest.h>

namespace sgilo {
namespace {

TEST(Published, IsToldOfTheMachinesOnWhichItWasMeasured) {
  const Processor zen5{.name = "AMD EPYC", .vendor = "AuthenticAMD", .family = 26, .amx = false},
      zen4{.name = "AMD EPYC", .vendor = "AuthenticAMD", .family = 25, .amx = false},
      amx{.name = "Xeon", .vendor = "GenuineIntel", .family = 6, .amx = true},
      plain{.name = "Xeon", .vendor = "GenuineIntel", .family = 6, .amx = false};
  EXPECT_EQ(published_seconds("config-f", zen5, 2), 5.6);
  EXPECT_EQ(published_seconds("config-f", amx, 2), 6.4);
  EXPECT_FALSE(published_seconds("default", amx, 2));
  EXPECT_FALSE(published_seconds("config-f", zen5, 4));
  for (const Processor& other : {zen4, plain}) EXPECT_FALSE(published_seconds("256", other, 2));
}

}  // namespace
}  // namespace sgilo
