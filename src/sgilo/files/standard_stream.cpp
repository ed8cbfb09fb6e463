#include "sgilo/files/standard_stream.h"

#include <fcntl.h>
#include <unistd.h>

namespace sgilo {

bool reserve_standard_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(stream, F_GETFD) >= 0) continue;
    // In the direction that nobody takes: stdin for writing only, the others for reading only.
    if (::open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY) != stream) return false;
  }
  return true;
}

}  // namespace sgilo
