#include "sgilo/cli/terminal_observer.h"

#include <gtest/gtest.h>

#include <sstream>

namespace sgilo {
namespace {

TEST(TerminalObserver, DrawsOneLineOfProgressOnATerminalOnly) {
  std::ostringstream terminal, file;
  const StepReport report{"layer 1", 5, 5, {{"loss", 0.25}}};
  {
    TerminalObserver on_terminal(terminal, 0, true), to_file(file, 0, false);
    on_terminal.on_step({"layer 1", 4, 5, {}});
    on_terminal.on_step(report);
    to_file.on_step(report);
    to_file.on_warning("a chain failed");
  }
  EXPECT_NE(terminal.str().find("layer 1: step 5/5  loss 0.25"), std::string::npos);
  EXPECT_EQ(file.str(), "sgilo: warning: a chain failed\n");
}

TEST(DurationText, ReadsAsAClock) {
  EXPECT_EQ(duration_text(3.2), "0:03");
  EXPECT_EQ(duration_text(125), "2:05");
  EXPECT_EQ(duration_text(3723), "1:02:03");
}

}  // namespace
}  // namespace sgilo
