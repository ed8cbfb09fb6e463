#include "sgilo/files/descriptor.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <cerrno>

namespace sgilo {
namespace {

bool is_open(int number) { return ::fcntl(number, F_GETFD) >= 0; }
Descriptor opened() { return Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC)); }

TEST(Descriptor, ClosesWithItsOwner) {
  int number = -1;
  {
    const Descriptor file = opened();
    number = file.get();
    EXPECT_TRUE(file);
    EXPECT_TRUE(is_open(number));
  }
  EXPECT_FALSE(is_open(number));
}

TEST(Descriptor, HasOneOwnerAtATime) {
  Descriptor first = opened();
  const int number = first.get();
  Descriptor second(std::move(first));
  EXPECT_EQ(second.get(), number);
  EXPECT_FALSE(first);  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(first.close(), 0);
  EXPECT_TRUE(is_open(number));
  Descriptor third = opened();
  third = std::move(second);
  EXPECT_EQ(third.get(), number);
  EXPECT_TRUE(is_open(number));
}

TEST(Descriptor, ClosesOnceAndSaysWhatTheSystemSays) {
  Descriptor file = opened();
  EXPECT_EQ(file.close(), 0);
  EXPECT_EQ(file.get(), -1);
  EXPECT_EQ(file.close(), 0);  // nothing is open
  Descriptor none(1 << 20);    // no file of ours
  EXPECT_EQ(none.close(), -1);
  EXPECT_EQ(errno, EBADF);
}

}  // namespace
}  // namespace sgilo
