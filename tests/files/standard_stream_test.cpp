#include "sgilo/files/standard_stream.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

namespace sgilo {
namespace {

// Exit code of a child that starts without these streams.
int without(const std::initializer_list<int>& streams, int (*then)()) {
  const pid_t child = ::fork();
  if (child == 0) {
    for (const int stream : streams) ::close(stream);
    ::_exit(reserve_standard_streams() ? then() : 100);
  }
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 101;
}

TEST(StandardStream, ReservesThePlacesOfThoseThatAreClosed) {
  const auto next_place = [] { return ::open("/dev/null", O_RDONLY) > 2 ? 0 : 1; };
  EXPECT_EQ(without({}, next_place), 0);
  EXPECT_EQ(without({2}, next_place), 0);
  EXPECT_EQ(without({1}, next_place), 0);
  EXPECT_EQ(without({0, 1, 2}, next_place), 0);
}

TEST(StandardStream, StillFailsWhereItWasClosed) {
  const auto uses = [] {
    char byte = 'x';
    if (::write(1, &byte, 1) != -1 || errno != EBADF) return 1;
    if (::write(2, &byte, 1) != -1 || errno != EBADF) return 2;
    return ::read(0, &byte, 1) != -1 || errno != EBADF ? 3 : 0;
  };
  EXPECT_EQ(without({0, 1, 2}, uses), 0);
}

}  // namespace
}  // namespace sgilo
