// The command `sgilo` as a function: words in, streams and exit code out.
//   0 done   1 our failure   2 usage   3 bad input file   4 ran but failed its own check
//   130 interrupted, the state is saved
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace sgilo {

inline constexpr int kHelpColumns = 100;  // the help's width where no terminal is narrower

// `words` without the program's name. `terminal`: err is a terminal that can draw a progress line.
// `columns`: width of the help, brought into [60, kHelpColumns].
int run_command(const std::vector<std::string>& words, std::ostream& out, std::ostream& err,
                bool terminal = false, int columns = kHelpColumns);

}  // namespace sgilo
