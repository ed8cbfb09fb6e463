#include "sgilo/cli/quiet_decoding.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <mutex>

namespace sgilo {
namespace {

class QuietStderr {
 public:
  QuietStderr() : saved_(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3)) {
    const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (saved_ >= 0 && nowhere >= 0) {
      std::fflush(stderr);
      ::dup2(nowhere, STDERR_FILENO);
    }
    if (nowhere >= 0) ::close(nowhere);
  }
  ~QuietStderr() {
    if (saved_ < 0) return;
    std::fflush(stderr);
    ::dup2(saved_, STDERR_FILENO);
    ::close(saved_);
  }
  QuietStderr(const QuietStderr&) = delete;
  QuietStderr& operator=(const QuietStderr&) = delete;

 private:
  int saved_;
};

}  // namespace

QuietDecoding::QuietDecoding()
    : before_(set_decode_guard([](const std::function<void()>& decode) {
        static std::mutex one_at_a_time;
        const std::lock_guard<std::mutex> alone(one_at_a_time);
        const QuietStderr quiet;
        decode();
      })) {}

}  // namespace sgilo
