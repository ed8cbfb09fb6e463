#include <gtest/gtest.h>

#include "sgilo/commands/jobs.h"
#include "support/error_text.h"

namespace sgilo {
namespace {

TEST(GenerateJob, TellsWhatIsWritten) {
  EXPECT_EQ(job_of("generate")
                .text({{"layout", "nvidia"},
                       {"written",
                        {{{"file", "a.npy"}, {"shape", {1, 3, 8, 8}}},
                         {{"file", "b.npy"}, {"shape", {1, 3, 4, 4}}}}}}),
            "a.npy: [1, 3, 8, 8]\nb.npy: [1, 3, 4, 4]\n");
  EXPECT_EQ(job_of("score").text({{"file", "s.npy"}, {"shape", {2, 8}}}), "s.npy: [2, 8]\n");
}

TEST(GenerateJob, WantsAGenerator) {
  Observer silent;
  const Job& job = job_of("generate");
  EXPECT_EQ(error_text<ConfigError>([&] { job.plan(Json::object(), silent); }),
            "generator must be named");
  EXPECT_EQ(error_text<ConfigError>([&] { job.run(Json::object(), RunMode::fresh, silent); }),
            "generator must be named");
}

}  // namespace
}  // namespace sgilo
