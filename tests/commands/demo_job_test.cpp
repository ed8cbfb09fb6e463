#include <gtest/gtest.h>

#include "sgilo/commands/jobs.h"
#include "support/tiny_model.h"

namespace sgilo {
namespace {

TEST(DemoJob, PlansItsMethodsAndWritesNothing) {
  const TemporaryFolder folder;
  write_tiny_model(folder / "model");
  Observer silent;
  const std::string plan =
      job_of("demo")
          .plan({{"model", (folder / "model").string()}, {"output", (folder / "demo").string()}},
                silent)
          .value("plan", "");
  EXPECT_NE(plan.find("method: ilo"), std::string::npos) << plan;
  EXPECT_FALSE(std::filesystem::exists(folder / "demo"));
}

TEST(DemoJob, TellsItsTableAndItsFiles) {
  const Json result = {{"picture", "demo/demo.png"},
                       {"page", "demo/index.html"},
                       {"rows", {{{"task", "inpainting"}, {"psnr", 24.5}}}}};
  EXPECT_EQ(job_of("demo").text(result),
            "task        psnr\n----------  ----\ninpainting  24.5\n\n"
            "demo/demo.png\ndemo/index.html\n");
  EXPECT_EQ(job_of("demo").text({{"finished", false}}), "interrupted; the same command goes on\n");
}

}  // namespace
}  // namespace sgilo
