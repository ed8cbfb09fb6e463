// What went wrong, as the command's one sentence and exit code.
#pragma once

#include <string>

namespace sgilo {

struct Failure {
  int code = 1;  // command.h lists them
  std::string sentence;
};

// Of the exception in flight; to be called in a catch block.
Failure current_failure();

}  // namespace sgilo
