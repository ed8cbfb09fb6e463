#include <gtest/gtest.h>

#include "sgilo/commands/jobs.h"

namespace sgilo {
namespace {

const Json kOptions = {{"operator", {{"kind", "inpaint"}, {"keep", 0.5}}}, {"size", 8}};

TEST(OptestJob, ListsTheChecksOfTheOperator) {
  Observer silent;
  const Job& job = job_of("optest");
  const Json result = job.run(kOptions, RunMode::fresh, silent);
  EXPECT_TRUE(passed(result));
  ASSERT_FALSE(result["checks"].empty());
  const std::string text = job.text(result);
  for (const Json& check : result["checks"])
    EXPECT_NE(text.find(check.value("what", "?")), std::string::npos);
  EXPECT_NE(text.find(" passed "), std::string::npos);
  EXPECT_EQ(job.plan(kOptions, silent)["plan"],
            "would prove " + result.value("operator", "") + "\n");
}

TEST(OptestJob, AFailedCheckIsSaid) {
  const Json result = {{"operator", "broken"},
                       {"passed", false},
                       {"checks",
                        {{{"name", "adjoint"},
                          {"error", nullptr},
                          {"tolerance", 1e-5},
                          {"passed", false},
                          {"what", "<Ax, y> = <x, A*y>"}}}}};
  EXPECT_FALSE(passed(result));
  const std::string text = job_of("optest").text(result);
  EXPECT_NE(text.find("nan"), std::string::npos) << text;
  EXPECT_NE(text.find("FAILED"), std::string::npos) << text;
}

}  // namespace
}  // namespace sgilo
