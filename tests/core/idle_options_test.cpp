#include "sgilo/core/idle_options.h"

#include <gtest/gtest.h>

#include "support/error_text.h"

namespace sgilo {
namespace {

struct ScriptOptions {
  std::string script;
  bool trust = false;
  int size = 3;
  static constexpr auto fields() {
    using O = ScriptOptions;
    return std::tuple{field("script", &O::script, "file"), field("trust", &O::trust, "run it"),
                      field("size", &O::size, "of its input")};
  }
};

TEST(IdleOptions, AreRefusedWhereTheyDifferFromTheirDefault) {
  ScriptOptions options;
  const auto refused = [&] {
    return error_text<ConfigError>([&] {
      refuse_idle(options, {"trust", "size"}, "without script");
    });
  };
  EXPECT_EQ(refused(), "");
  options.size = 4;
  EXPECT_EQ(refused(), "size has no effect without script; leave it out");
  options.trust = true;
  EXPECT_EQ(refused(), "trust has no effect without script; leave it out");
  options = {.script = "a.pt"};
  EXPECT_EQ(refused(), "");
}

TEST(IdleOptions, AreNamedByTheirWholePath) {
  struct Outer {
    ScriptOptions own;
    static constexpr auto fields() { return std::tuple{field("own", &Outer::own, "of a script")}; }
  };
  Outer options;
  const auto refused = [&] {
    return error_text<ConfigError>(
        [&] { refuse_idle(options, {"own"}, "without script", "solver."); });
  };
  EXPECT_EQ(refused(), "");
  options.own.size = 4;
  EXPECT_EQ(refused(), "solver.own.size has no effect without script; leave it out");
}

}  // namespace
}  // namespace sgilo
