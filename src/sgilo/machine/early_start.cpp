#include "sgilo/machine/early_start.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "sgilo/machine/sanitized.h"

namespace sgilo {
namespace {

// The first bytes of a file as text, without the streams of C++, which do not work yet.
struct FirstLine {
  explicit FirstLine(const char* path) {
    const int file = ::open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return;
    const ssize_t got = ::read(file, text, sizeof text - 1);
    text[got > 0 ? got : 0] = 0;
    ::close(file);
  }
  char text[128] = {};
};

// Processors that the quota of the control group allows, of version 2 or 1; 0 without a quota.
int quota_processors() {
  double quota = 0, period = 0;
  const FirstLine both("/sys/fs/cgroup/cpu.max");  // "200000 100000", "max 100000"
  if (std::sscanf(both.text, "%lf %lf", &quota, &period) != 2) {
    quota = std::atof(FirstLine("/sys/fs/cgroup/cpu/cpu.cfs_quota_us").text);
    period = std::atof(FirstLine("/sys/fs/cgroup/cpu/cpu.cfs_period_us").text);
  }
  return quota > 0 && period > 0 ? std::max(1, static_cast<int>(quota / period + 0.999)) : 0;
}

bool starts_with(const char* text, const char* start) {
  return std::strncmp(text, start, std::strlen(start)) == 0;
}

#ifndef SGILO_SANITIZED

long mib_of(rlim_t bytes) { return bytes == RLIM_INFINITY ? -1 : static_cast<long>(bytes >> 20); }

// An OpenBLAS that gets no memory for its threads tries again without end, before main().
void require_memory() {
  long pages[6] = {};  // of /proc/self/statm: 0 all, 5 data and stack
  if (std::sscanf(FirstLine("/proc/self/statm").text, "%ld %ld %ld %ld %ld %ld", &pages[0],
                  &pages[1], &pages[2], &pages[3], &pages[4], &pages[5]) != 6)
    return;
  const long pages_per_mib = (1L << 20) / sysconf(_SC_PAGESIZE);
  const char* wish = std::getenv("OMP_NUM_THREADS");
  const int most = available_processors(), wished = wish == nullptr ? 0 : std::atoi(wish);
  const int threads = wished > 0 ? std::min(wished, most) : most;
  rlimit space{}, data{};
  if (getrlimit(RLIMIT_AS, &space) != 0 || getrlimit(RLIMIT_DATA, &data) != 0) return;
  char text[256];
  int length = memory_sentence(text, sizeof text, "ulimit -v", mib_of(space.rlim_cur),
                               pages[0] / pages_per_mib, threads);
  if (length == 0)
    length = memory_sentence(text, sizeof text, "ulimit -d", mib_of(data.rlim_cur),
                             pages[5] / pages_per_mib, threads);
  if (length == 0) return;
  static_cast<void>(!::write(STDERR_FILENO, text, static_cast<std::size_t>(length)));
  ::_exit(1);
}

// Threads that wait for each other spin for a moment and then sleep. libgomp's own choice is to
// spin for milliseconds: on a machine with other work to do, two threads on two cores then spend
// their time waiting for one that is not running (60 times slower, measured beside two busy
// processes). libgomp reads its environment when it is loaded, before anything of ours runs except
// this, which starts the program anew with its wish (some milliseconds).
void wait_briefly(char** words, char** environment) {
  std::vector<char*> wishes;
  for (char** wish = environment; *wish; ++wish) {
    if (starts_with(*wish, "OMP_WAIT_POLICY=") || starts_with(*wish, "GOMP_SPINCOUNT=")) return;
    wishes.push_back(*wish);
  }
  static char brief[] = "GOMP_SPINCOUNT=2000";
  wishes.insert(wishes.end(), {brief, nullptr});
  char program[4096];
  const ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
  if (length <= 0) return;
  program[length] = 0;
  execve(program, words, wishes.data());  // returns only where that is not allowed
}

void settle(int, char** words, char** environment) {
  const int most = available_processors();
  for (char** wish = environment; *wish; ++wish) limit_threads(*wish, most);
  wait_briefly(words, environment);
  require_memory();
}
__attribute__((section(".preinit_array"), used)) void (*const before_libraries)(int, char**,
                                                                                char**) = settle;

#endif

}  // namespace

int available_processors() {
  cpu_set_t cores;
  // The set has room for 1024 processors; where there are more, all count.
  const long known = sched_getaffinity(0, sizeof cores, &cores) == 0
                         ? CPU_COUNT(&cores)
                         : sysconf(_SC_NPROCESSORS_ONLN);
  const int count = std::max(1, static_cast<int>(known)), quota = quota_processors();
  return quota > 0 ? std::min(count, quota) : count;
}

void limit_threads(char* wish, int most) {
  for (const char* name : {"OMP_NUM_THREADS=", "OPENBLAS_NUM_THREADS=", "GOTO_NUM_THREADS=",
                           "MKL_NUM_THREADS=", "BLIS_NUM_THREADS="}) {
    if (!starts_with(wish, name)) continue;
    char* value = wish + std::strlen(name);
    // A larger number has at least as many digits, so that the smaller one has room.
    if (std::strtol(value, nullptr, 10) > most)
      std::snprintf(value, std::strlen(value) + 1, "%d", most);
  }
}

int memory_sentence(char* text, int capacity, const char* limit_name, long limit, long used,
                    int threads) {
  const long needed = used + 384 + 16L * threads;  // measured: 290 to 350 with 2 threads
  if (limit < 0 || limit >= needed) return 0;
  return std::min(capacity - 1,
                  std::snprintf(text, static_cast<std::size_t>(capacity),
                                "sgilo: the memory does not suffice: %s allows %ld MiB, but the "
                                "libraries need %ld to start with %d thread%s\n",
                                limit_name, limit, needed, threads, threads == 1 ? "" : "s"));
}

}  // namespace sgilo
