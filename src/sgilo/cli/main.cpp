// The program `sgilo`. The first Ctrl-C (or SIGTERM) asks the loop in play to save its state and
// end; the second ends the process at once.
#include <unistd.h>

#include <csignal>
#include <iostream>

#include "sgilo/cli/command.h"
#include "sgilo/cli/terminal_observer.h"

int main(int count, char** words) {
  struct sigaction action {};
  action.sa_handler = [](int) { sgilo::request_stop(); };
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  return sgilo::run_command({words + 1, words + count}, std::cout, std::cerr,
                            isatty(STDERR_FILENO) != 0);
}
