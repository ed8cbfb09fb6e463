#include <gtest/gtest.h>

#include "sgilo/checkpoint/safetensors.h"
#include "sgilo/commands/jobs.h"
#include "support/temporary_folder.h"

namespace sgilo {
namespace {

TEST(ConvertJob, WritesTheTensorsAndSaysHowMany) {
  const TemporaryFolder folder;
  const std::string input = (folder / "a.safetensors").string(),
                    output = (folder / "b.npz").string();
  write_safetensors(input, {{"a", torch::ones({2})}, {"b", torch::ones({3})}});
  const Json options = {{"input", input}, {"output", output}};
  const Job& job = job_of("convert");
  Observer silent;
  EXPECT_FALSE(job.plan(options, silent).value("plan", "").empty());
  EXPECT_EQ(folder.count(), 1);
  const Json result = job.run(options, RunMode::fresh, silent);
  EXPECT_EQ(folder.count(), 2);
  EXPECT_EQ(job.text(result), output + ": 2 tensors (tensors)\n");
  EXPECT_EQ(job.text({{"finished", false}}), "interrupted, nothing is written\n");
}

}  // namespace
}  // namespace sgilo
