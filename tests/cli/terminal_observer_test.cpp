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

TEST(TerminalObserver, ShowsNothingThatATerminalWouldObey) {
  std::ostringstream out;
  {
    TerminalObserver observer(out, 1, true);
    observer.on_warning("a\x1b]0;title\x07");
    observer.on_message("two\nlines \xe2\x80\xae\xff");
    observer.on_step({"layer \x1b[2J", 1, 1, {}});
  }
  EXPECT_TRUE(
      out.str().starts_with("sgilo: warning: a\\x1b]0;title\\x07\n"
                            "two\\nlines \\u202e\\xff\n"
                            "step 1: layer \\x1b[2J\n"))
      << out.str();
  EXPECT_EQ(out.str().find("\x1b[2J"), std::string::npos);
}

TEST(DurationText, ReadsAsAClock) {
  EXPECT_EQ(duration_text(3.2), "0:03");
  EXPECT_EQ(duration_text(125), "2:05");
  EXPECT_EQ(duration_text(3723), "1:02:03");
}

}  // namespace
}  // namespace sgilo
