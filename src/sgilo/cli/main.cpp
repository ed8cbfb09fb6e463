// The program `sgilo`. The first Ctrl-C (or SIGTERM) asks the loop in play to save its state and
// end; the second ends the process at once.
#include <sys/ioctl.h>
#include <unistd.h>

#include <csignal>
#include <iostream>

#include "sgilo/cli/command.h"
#include "sgilo/cli/terminal_observer.h"
#include "sgilo/files/standard_stream.h"
#include "sgilo/machine/sanitized.h"

namespace {

#ifndef SGILO_SANITIZED
// Before the libraries start, which may open files of their own.
__attribute__((section(".preinit_array"), used)) void (*const first_of_all)() = [] {
  sgilo::reserve_standard_streams();
};
#endif

int columns_of_stdout() {
  winsize size{};
  const bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : sgilo::kHelpColumns;
}

}  // namespace

int main(int count, char** words) {
  if (!sgilo::reserve_standard_streams()) return 1;
  struct sigaction action {};
  action.sa_handler = [](int) { sgilo::request_stop(); };
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  std::signal(SIGXFSZ, SIG_IGN);  // a file beyond the allowed size fails like a full disk
  return sgilo::run_command({words + 1, words + count}, std::cout, std::cerr,
                            isatty(STDERR_FILENO) != 0, columns_of_stdout());
}
