#include "sgilo/report/gnuplot.h"

#include <gtest/gtest.h>

#include "sgilo/core/error.h"
#include "support/environment.h"
#include "support/error_text.h"
#include "support/skip_without_gnuplot.h"
#include "support/temporary_folder.h"

namespace sgilo {
namespace {

TEST(Gnuplot, IsNamedWithItsPackageWhenItIsMissing) {
  const TemporaryFolder folder;
  const Environment path("PATH", folder.path().string());
  EXPECT_EQ(error_text<ConfigError>([] { run_gnuplot({"--version"}, "."); }),
            "gnuplot, which draws the figures, is not installed (Debian: apt install gnuplot-nox)");
}

TEST(Gnuplot, SaysWhatIsWrongWithAScript) {
  SKIP_WITHOUT_GNUPLOT();
  const TemporaryFolder folder;
  folder.put("bad.gp", "set encoding utf8\nplot nothing\n");
  EXPECT_EQ(error_text<Error>([&] { run_gnuplot({"bad.gp"}, folder.path()); }),
            "gnuplot failed: \"bad.gp\" line 2: undefined variable: nothing");
}

TEST(Gnuplot, NamesAFolderThatIsMissing) {
  EXPECT_EQ(error_text<Error>([] { run_gnuplot({"--version"}, "/no/such"); }),
            "/no/such: there is no such folder for figures");
}

}  // namespace
}  // namespace sgilo
