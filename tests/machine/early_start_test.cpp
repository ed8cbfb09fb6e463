#include "sgilo/machine/early_start.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "sgilo/machine/sanitized.h"

namespace sgilo {
namespace {

std::string limited(std::string wish, int most) {
  limit_threads(wish.data(), most);
  return wish.c_str();
}

TEST(EarlyStart, LowersWishesForMoreThreadsThanProcessors) {
  EXPECT_EQ(limited("OMP_NUM_THREADS=1024", 2), "OMP_NUM_THREADS=2");
  EXPECT_EQ(limited("OPENBLAS_NUM_THREADS=99999999999999999999", 16), "OPENBLAS_NUM_THREADS=16");
  EXPECT_EQ(limited("MKL_NUM_THREADS=65,4", 64), "MKL_NUM_THREADS=64");
  EXPECT_EQ(limited("OMP_NUM_THREADS=2", 2), "OMP_NUM_THREADS=2");
  for (const char* other : {"OMP_NUM_THREADS=", "OMP_NUM_THREADS=many", "OMP_NUM_THREADS=-1",
                            "OMP_NUM_THREADS", "PATH=1024", ""})
    EXPECT_EQ(limited(other, 2), other);
}

TEST(EarlyStart, CountsTheProcessorsOfThisProcess) {
  EXPECT_GE(available_processors(), 1);
  EXPECT_LE(available_processors(), sysconf(_SC_NPROCESSORS_CONF));
}

TEST(EarlyStart, SaysThatMemoryDoesNotSuffice) {
  char text[256];
  EXPECT_EQ(memory_sentence(text, sizeof text, "ulimit -v", -1, 600, 2), 0);
  EXPECT_EQ(memory_sentence(text, sizeof text, "ulimit -v", 1016, 600, 2), 0);
  const int length = memory_sentence(text, sizeof text, "ulimit -v", 1015, 600, 2);
  EXPECT_EQ(std::string(text, static_cast<std::size_t>(length)),
            "sgilo: the memory does not suffice: ulimit -v allows 1015 MiB, but the libraries need "
            "1016 to start with 2 threads\n");
  EXPECT_EQ(memory_sentence(text, 20, "ulimit -v", 1, 600, 2), 19);
}

#ifndef SGILO_SANITIZED
// Exit code of this program, started anew without tests to run.
int started(void (*first)()) {
  const pid_t child = ::fork();
  if (child == 0) {
    first();
    ::alarm(20);
    ::execl("/proc/self/exe", "early_start", "--gtest_filter=None", nullptr);
    ::_exit(100);
  }
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 101;
}

TEST(EarlyStart, EndsWhereMemoryDoesNotSufficeAndNeverWaits) {
  const auto with_data = [] {
    const rlimit limit{100 << 20, 100 << 20};
    ::setrlimit(RLIMIT_DATA, &limit);
  };
  EXPECT_EQ(started([] {}), 0);
  EXPECT_EQ(started(with_data), 1);
}

TEST(EarlyStart, StartsSoonWhateverThreadsAreWished) {
  EXPECT_EQ(started([] {
              ::setenv("OMP_NUM_THREADS", "1024", 1);
              ::setenv("OPENBLAS_NUM_THREADS", "1024", 1);
            }),
            0);
}
#endif

}  // namespace
}  // namespace sgilo
