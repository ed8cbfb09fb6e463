#include "sgilo/workflows/bench/bench.h"

#include <gtest/gtest.h>

#include "sgilo/core/error.h"
#include "sgilo/core/parse_json.h"
#include "support/error_text.h"
#include "support/temporary_folder.h"
#include "workflows/tiny_model.h"

namespace sgilo {
namespace {

BenchOptions quick(BenchSubject subject) {
  BenchOptions options;
  options.subject = subject;
  options.chains = {1};
  options.repetitions = 2;
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
  EXPECT_EQ(table_of(report).columns().back(), "ratio_to_limit");
  const Json saved = parse_json(folder.get("bench.json"), "bench.json");
  EXPECT_EQ(saved["rows"].size(), 4U);
  EXPECT_TRUE(saved["machine"].contains("libtorch"));
}

TEST(Bench, AScoreHasNoKernels) {
  StoppingObserver observer;
  const BenchReport report = bench(quick(BenchSubject::score), observer);
  ASSERT_EQ(report.rows.size(), 2U);
  EXPECT_EQ(report.rows[0].kernel, "");
}

TEST(Bench, StopsWhenAsked) {
  const TemporaryFolder folder;
  BenchOptions options = quick(BenchSubject::step);
  options.output = folder / "bench.json";
  StoppingObserver observer(1);
  EXPECT_FALSE(bench(options, observer).finished);
  EXPECT_EQ(folder.count(), 0);
}

TEST(Bench, NamesWhatItDoesNotKnow) {
  StoppingObserver observer;
  BenchOptions options = quick(BenchSubject::step);
  options.presets = {"512"};
  EXPECT_EQ(error_text<ConfigError>([&] { bench(options, observer); }),
            "unknown step preset '512'; known step presets: default, 256, config-f");
  options = quick(BenchSubject::step);
  options.kernels = {"fast"};
  EXPECT_NE(error_text<ConfigError>([&] { bench(options, observer); }).find("'fast'"),
            std::string::npos);
}

}  // namespace
}  // namespace sgilo
