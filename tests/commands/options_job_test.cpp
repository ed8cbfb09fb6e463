#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "sgilo/commands/jobs.h"
#include "support/temporary_folder.h"

namespace sgilo {
namespace {

TEST(OptionsJob, TheManualListsTheOptionsOfEveryJob) {
  Observer silent;
  const Job& job = job_of("options");
  const Json result = job.run(Json::object(), RunMode::fresh, silent);
  const std::string manual = job.text(result);
  for (const Job& each : jobs()) {
    EXPECT_NE(manual.find("\n## sgilo " + each.name + "\n"), std::string::npos);
    for (const OptionEntry& entry : each.table)
      EXPECT_NE(manual.find("| `" + entry.path + "`"), std::string::npos) << entry.path;
  }
}

TEST(OptionsJob, TheManualInTheDocumentationIsOfTheseOptions) {
  Observer silent;
  const Job& job = job_of("options");
  std::ostringstream written;
  written << std::ifstream(std::string(SGILO_SOURCE_DIR) + "/docs/options.md").rdbuf();
  EXPECT_EQ(written.str(), job.text(job.run(Json::object(), RunMode::fresh, silent)))
      << "write it anew with: sgilo options -o docs/options.md";
}

TEST(OptionsJob, WritesTheManualIntoAFile) {
  const TemporaryFolder folder;
  const std::string file = (folder / "options.md").string();
  Observer silent;
  const Job& job = job_of("options");
  EXPECT_EQ(job.plan({{"output", file}}, silent)["plan"],
            concat("would write ", file, ": the options of ", jobs().size(), " verbs\n"));
  EXPECT_EQ(folder.count(), 0);
  EXPECT_EQ(job.text(job.run({{"output", file}}, RunMode::fresh, silent)), file + "\n");
  EXPECT_EQ(folder.get("options.md"), job.text(job.run(Json::object(), RunMode::fresh, silent)));
}

}  // namespace
}  // namespace sgilo
