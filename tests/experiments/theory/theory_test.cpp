#include "sgilo/experiments/theory/theory.h"

#include <gtest/gtest.h>

#include <functional>

#include "sgilo/files/input_file.h"
#include "support/error_text.h"
#include "support/temporary_folder.h"

namespace sgilo {
namespace {

class WarningObserver : public Observer {
 public:
  void on_warning(std::string_view text) override { warning = text; }
  bool stop_requested() override { return stop; }
  std::string warning;
  bool stop = false;
};

std::string refusal(const std::function<void(TheoryOptions&)>& change) {
  TheoryOptions options;
  change(options);
  Observer silent;
  return error_text<ConfigError>([&] { theory(options, silent); });
}

TEST(Theory, RefusesWhatHasNoMeaning) {
  EXPECT_EQ(refusal([](auto& o) { o.depth = 1; }),
            "the landscape's depth must be at least 2, but is 1: with one layer the saddle behind "
            "x* has radius 0 and falls into the cone at 0");
  EXPECT_EQ(refusal([](auto& o) { o.step_size = 2.5; }),
            "step_size must be below 2, where Langevin dynamics on a landscape of curvatures up to "
            "1 diverges, but is 2.5");
  EXPECT_EQ(refusal([](auto& o) { o.step_size = 0; }), "step_size must be positive, but is 0.0");
  EXPECT_EQ(refusal([](auto& o) { o.concentration = -1; }),
            "concentration must be positive, but is -1.0");
  EXPECT_EQ(refusal([](auto& o) {
              o.widths = {10, 200};
            }),
            "widths of a random network must be of the latent and at least two layers, but are "
            "[10, 200]: with one layer the landscape has no saddle behind z*");
  EXPECT_EQ(refusal([](auto& o) { o.quick = o.full = true; }),
            "quick and full exclude each other: quick checks a part of full");
}

TEST(Theory, RefusesMoreMemoryThanThereIs) {
  const std::string text = refusal([](auto& o) { o.widths = {10, 2000000, 4000000}; });
  EXPECT_TRUE(
      text.starts_with("widths, dimension and chains of these sizes need about 5.96e+04 "
                       "GiB, but this machine has "))
      << text;
}

TEST(Theory, ListsTheQuickStatements) {
  TheoryOptions options;
  options.subject = TheorySelection::hitting;
  ASSERT_EQ(claims_of(options).size(), 1U);
  EXPECT_EQ(claims_of(options)[0].id, "D1");
  options.full = true;
  EXPECT_EQ(claims_of(options).size(), 5U);
}

TEST(Theory, WritesReportChecksAndFigures) {
  const TemporaryFolder folder;
  TheoryOptions options;
  options.subject = TheorySelection::landscape;
  options.output = (folder.path() / "theory").string();
  options.widths = {10, 100, 80};
  WarningObserver observer;
  const TheoryResult result = theory(options, observer);
  EXPECT_TRUE(result.holds());
  EXPECT_EQ(observer.warning,
            "widths [10, 100, 80] do not grow from layer to layer: the theorem says nothing of "
            "such a network");
  for (const char* name : {"report.html", "checks.csv", "config.json"})
    EXPECT_TRUE(std::filesystem::exists(result.folder / name)) << name;
  for (const char* name : {"figure_01_landscape", "figure_02_angle_map"})
    for (const char* ending : {".csv", ".gp", ".png", ".svg"})
      EXPECT_TRUE(std::filesystem::exists(result.folder / (std::string(name) + ending))) << name;
  const std::string csv = read_file(result.folder / "checks.csv");
  EXPECT_TRUE(csv.starts_with("id,claim,instance,place,expected,seen,tolerance,verdict\n"));
  for (const char* id : {"L1", "L2", "L3", "L4", "L5", "L6", "L7", "L8", "L9"})
    EXPECT_NE(csv.find(concat("\n", id, ",")), std::string::npos) << id;
}

TEST(Theory, RefusesSizesThatItsSubjectDoesNotHave) {
  TheoryOptions options;
  options.subject = TheorySelection::hitting;
  options.widths = {10, 50};
  EXPECT_EQ(error_text<ConfigError>([&] { plan(options); }),
            "widths has no effect on subject hitting; leave it out");
  options = {};
  options.subject = TheorySelection::random_matrices;
  options.chains = 3;
  EXPECT_EQ(error_text<ConfigError>([&] { plan(options); }),
            "chains has no effect on subject random-matrices; leave it out");
}

// What a statement expects at sizes of one's own is a formula, or told and not judged.
class TheoryAtOtherSizes : public testing::TestWithParam<TheorySelection> {};

TEST_P(TheoryAtOtherSizes, FailsNothing) {
  const TemporaryFolder folder;
  TheoryOptions options;
  options.subject = GetParam();
  options.depth = 3;
  options.dimension = 6;
  options.concentration = 40;
  options.step_size = 0.2;
  options.chains = 64;
  if (GetParam() == TheorySelection::landscape || GetParam() == TheorySelection::wasserstein ||
      GetParam() == TheorySelection::temperature) {  // also of a network
    options.widths = {6, 60, 300};
    options.measurements = 40;
  }
  options.output = folder.path().string();
  Observer silent;
  for (const TheoryCheck& check : theory(options, silent).checks)
    EXPECT_NE(check.verdict, Verdict::fails)
        << check.id << ", " << check.instance << ": " << check.seen << " for " << check.expected;
}

INSTANTIATE_TEST_SUITE_P(Subjects, TheoryAtOtherSizes,
                         testing::Values(TheorySelection::landscape, TheorySelection::escape,
                                         TheorySelection::hitting, TheorySelection::potential,
                                         TheorySelection::wasserstein,
                                         TheorySelection::temperature),
                         [](const auto& each) { return std::string(word_of(each.param)); });

TEST(Theory, RemovesTheFiguresOfAnEarlierRun) {
  const TemporaryFolder folder;
  TheoryOptions options;
  options.subject = TheorySelection::coupling;  // without quick statements
  options.output = folder.path().string();
  std::ofstream(folder.path() / "figure_01_landscape.svg") << "old";
  Observer silent;
  const TheoryResult result = theory(options, silent);
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "figure_01_landscape.svg"));
  for (const TheoryCheck& check : result.checks) EXPECT_EQ(check.verdict, Verdict::not_run);
}

TEST(Theory, WritesNothingWhenItIsStopped) {
  const TemporaryFolder folder;
  TheoryOptions options;
  options.output = (folder.path() / "theory").string();
  WarningObserver observer;
  observer.stop = true;
  EXPECT_FALSE(theory(options, observer).finished);
  EXPECT_FALSE(std::filesystem::exists(options.output));
}

}  // namespace
}  // namespace sgilo
