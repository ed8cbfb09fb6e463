#include "sgilo/bench/bench.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "sgilo/core/error.h"
#include "sgilo/core/parse_json.h"
#include "support/environment.h"
#include "support/error_text.h"
#include "support/skip_without_gnuplot.h"
#include "support/temporary_folder.h"
#include "support/tiny_model.h"

namespace sgilo {
namespace {

BenchOptions quick(BenchSubject subject) {
  BenchOptions options;
  options.subject = subject;
  if (subject == BenchSubject::step || subject == BenchSubject::score ||
      subject == BenchSubject::solve)
    options.chains = {1};
  if (subject != BenchSubject::gradients) options.repetitions = 2;
  return options;
}

TEST(Bench, EveryWayOfAStepStandsBesideItsLimit) {
  const TemporaryFolder folder;
  BenchOptions options = quick(BenchSubject::step);
  options.output = folder / "bench.json";
  StoppingObserver observer;
  const BenchReport report = bench(options, observer);
  ASSERT_TRUE(report.finished);
  ASSERT_EQ(report.rows.size(), 4U);  // fp32 and bf16, reference and fused
  for (const BenchRow& row : report.rows) {
    EXPECT_EQ(row.seconds.size(), 2U);
    EXPECT_EQ(row.limits.size(), 2U);
    for (const double limit : row.limits) EXPECT_GT(limit, 0);
  }
  const Json saved = parse_json(folder.get("bench.json"), "bench.json");
  EXPECT_EQ(table_of(saved).columns().back(), "ratio_to_limit");
  EXPECT_EQ(saved["rows"].size(), 4U);
  EXPECT_TRUE(saved["machine"].contains("libtorch"));
}

TEST(Bench, DrawsEachWayOfAStepAndTheirLimits) {
  SKIP_WITHOUT_GNUPLOT();
  const TemporaryFolder folder;
  BenchOptions options = quick(BenchSubject::step);
  options.repetitions = 1;
  options.chart = folder / "bench.svg";
  StoppingObserver observer;
  const BenchReport report = bench(options, observer);
  EXPECT_NE(folder.get("bench.svg").find("fp32 limit"), std::string::npos);
  EXPECT_EQ(folder.count(), 1);
  EXPECT_EQ(chart_of(report).panels[0].curves.size(), 6U);
}

TEST(Bench, SaysBeforeItTimesThatNothingDrawsItsChart) {
  const TemporaryFolder folder;
  const Environment path("PATH", folder.path().string());
  BenchOptions options = quick(BenchSubject::step);
  options.chart = folder / "bench.png";
  StoppingObserver observer(0);
  EXPECT_EQ(error_text<ConfigError>([&] { bench(options, observer); }),
            "gnuplot, which draws the figures, is not installed (Debian: apt install gnuplot-nox)");
  options.chart = folder / "bench.pdf";
  EXPECT_EQ(error_text<ConfigError>([&] { bench(options, observer); }),
            concat("chart must end in .svg or .png, but is '", options.chart, "'"));
}

TEST(Bench, AScoreHasNoKernels) {
  StoppingObserver observer;
  const BenchReport report = bench(quick(BenchSubject::score), observer);
  ASSERT_EQ(report.rows.size(), 2U);
  EXPECT_EQ(report.rows[0].kernel, "");
}

TEST(Bench, ASolveSaysWhereItsTimeGoes) {
  BenchOptions options = quick(BenchSubject::solve);
  options.evaluations = 10;
  options.precisions = {"fp32"};
  options.profile = true;
  StoppingObserver observer;
  const BenchReport report = bench(options, observer);
  ASSERT_EQ(report.rows.size(), 2U);  // reference and fused
  for (const BenchRow& row : report.rows) {
    double sum = 0;
    for (const auto& [part, seconds] : row.profile) {
      EXPECT_GE(seconds, 0) << part;
      sum += seconds;
    }
    EXPECT_NEAR(sum / row.seconds.back(), 1, 0.05);
    for (const char* part : {"convolution", "element-wise", "score", "operator", "optimiser"})
      EXPECT_GT(row.profile.at(part), 0) << part;
    EXPECT_GT(row.profile.at("convolution"), row.profile.at("operator"));
  }
}

TEST(Bench, LoadsAModelFolderThatIsGoneAfterwards) {
  StoppingObserver observer;
  const BenchReport report = bench(quick(BenchSubject::load), observer);
  ASSERT_EQ(report.rows.size(), 1U);
  EXPECT_EQ(report.rows[0].limits.size(), 2U);
  for (const auto& item :
       std::filesystem::directory_iterator(std::filesystem::temp_directory_path()))
    EXPECT_FALSE(item.path().filename().string().starts_with(concat("sgilo_bench_", ::getpid())));
}

TEST(Bench, PortraitsHaveNoLimit) {
  StoppingObserver observer;
  const BenchReport report = bench(quick(BenchSubject::portraits), observer);
  ASSERT_EQ(report.rows.size(), 1U);
  EXPECT_TRUE(report.rows[0].limits.empty());
}

TEST(Bench, FusedGradientsAgree) {
  BenchOptions options = quick(BenchSubject::gradients);
  StoppingObserver observer;
  const BenchReport report = bench(options, observer);
  ASSERT_EQ(report.gradients.size(), 8U);
  for (const GradientAgreement& row : report.gradients) {
    if (row.way == "bf16 reference") continue;  // its image is too far off
    EXPECT_GT(row.least_cosine, 0.999) << row.way << ", " << row.point;
    EXPECT_LT(row.largest_error, 0.05) << row.way << ", " << row.point;
    EXPECT_EQ(row.left_out, 0);
  }
}

TEST(Bench, StopsWhenAsked) {
  const TemporaryFolder folder;
  BenchOptions options = quick(BenchSubject::step);
  options.output = folder / "bench.json";
  StoppingObserver observer(1);
  EXPECT_FALSE(bench(options, observer).finished);
  EXPECT_EQ(folder.count(), 0);
}

TEST(Bench, RefusesOptionsThatItsSubjectDoesNotHave) {
  const auto refused = [](BenchSubject subject, auto change) {
    BenchOptions options = quick(subject);
    change(options);
    return error_text<ConfigError>([&] { plan(options); });
  };
  EXPECT_EQ(refused(BenchSubject::step, [](auto& o) { o.evaluations = 30; }),
            "evaluations has no effect on subject step; leave it out");
  EXPECT_EQ(refused(BenchSubject::load, [](auto& o) { o.precisions = {"bf16"}; }),
            "precisions has no effect on subject load; leave it out");
  EXPECT_EQ(refused(BenchSubject::score, [](auto& o) { o.kernels = {"fused"}; }),
            "kernels has no effect on subject score; leave it out");
  EXPECT_EQ(refused(BenchSubject::gradients, [](auto& o) { o.repetitions = 3; }),
            "repetitions has no effect on subject gradients; leave it out");
}

TEST(Bench, NamesWhatItDoesNotKnow) {
  StoppingObserver observer;
  BenchOptions options = quick(BenchSubject::step);
  options.presets = {"512"};
  EXPECT_EQ(error_text<ConfigError>([&] { bench(options, observer); }),
            "unknown preset '512'; known presets: default, 256, config-f");
  options = quick(BenchSubject::step);
  options.kernels = {"fast"};
  EXPECT_NE(error_text<ConfigError>([&] { bench(options, observer); }).find("'fast'"),
            std::string::npos);
}

}  // namespace
}  // namespace sgilo
