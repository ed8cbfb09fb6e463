#include <gtest/gtest.h>

#include "sgilo/commands/jobs.h"
#include "support/error_text.h"
#include "support/temporary_folder.h"

namespace sgilo {
namespace {

TEST(TheoryJob, PlansTheStatementsAndWritesNothing) {
  const TemporaryFolder folder;
  const std::string output = (folder / "theory").string();
  Observer silent;
  EXPECT_EQ(job_of("theory").plan({{"subject", "hitting"}, {"full", true}, {"output", output}},
                                  silent)["plan"],
            "would check D1 D2 D3 D4 D5 in up to ten minutes and write report.html, checks.csv and "
            "the figures into " +
                output + "\n");
  EXPECT_EQ(folder.count(), 0);
}

TEST(TheoryJob, TellsChecksAndCountsVerdicts) {
  const auto check = [](const char* id, const char* verdict) {
    return Json{{"id", id},       {"instance", "d = 2"}, {"expected", "6.8"},
                {"seen", "6.81"}, {"tolerance", "1 %"},  {"verdict", verdict}};
  };
  const Json result = {
      {"passed", false},
      {"report", "theory/report.html"},
      {"checks", {check("L1", "holds"), check("L2", "FAILS"), check("L3", "not run")}},
      {"seconds", 1.25}};
  const std::string text = job_of("theory").text(result);
  EXPECT_NE(text.find("L2  "), std::string::npos) << text;
  EXPECT_EQ(text.find("L3"), std::string::npos) << text;
  EXPECT_TRUE(text.ends_with(
      "\n1 hold, 0 literal statements of the paper are refuted, 1 fail, 0 told, 1 not run; 1.25 "
      "s\ntheory/report.html\n"))
      << text;
  EXPECT_EQ(job_of("theory").text({{"finished", false}}), "interrupted, nothing is written\n");
}

TEST(TheoryJob, SuggestsSettingsWithTheirReasons) {
  Observer silent;
  const Job& job = job_of("theory suggest");
  const Json result = job.run({{"dimension", 20}, {"noise_std", 0.02}}, RunMode::fresh, silent);
  EXPECT_EQ(result["concentration"], 125);
  EXPECT_EQ(result["settings"].size(), 7u);
  const std::string text = job.text(result);
  EXPECT_TRUE(text.starts_with("setting ")) << text;
  EXPECT_NE(text.find(concat("steps ")), std::string::npos) << text;
  EXPECT_NE(text.find(result["settings"][0].value("reason", "?")), std::string::npos) << text;
}

}  // namespace
}  // namespace sgilo
