#include "sgilo/training/training_log.h"

#include <gtest/gtest.h>

#include "sgilo/core/error.h"
#include "support/error_text.h"
#include "support/skip_without_gnuplot.h"
#include "support/temporary_folder.h"

namespace sgilo {
namespace {

const std::string kHeader = "step,seconds,quantity,value\n";

std::vector<LogLine> lines_of(const TemporaryFolder& folder) {
  std::vector<LogLine> lines;
  read_training_log(Folder(folder.path()), [&](const LogLine& line) { lines.push_back(line); });
  return lines;
}

std::string refusal(const TemporaryFolder& folder, const std::string& log) {
  folder.put("log.csv", log);
  const std::string text = error_text<FormatError>([&] { lines_of(folder); });
  const std::string path = (folder / "log.csv").string() + ": ";
  return text.starts_with(path) ? text.substr(path.size()) : text;
}

TEST(TrainingLog, KeepsTheLinesUpToTheLastSaveAndAddsToThem) {
  const TemporaryFolder folder;
  folder.put("log.csv", kHeader + "2,0.5,loss,nan\n4,1,loss,0.25\n6,1.5,loss,99\n");
  {
    TrainingLog log(Folder(folder.path()), 4);
    log.write(6, 2, {{"loss", 0.125}});
  }
  EXPECT_EQ(folder.get("log.csv"), kHeader + "2,0.5,loss,nan\n4,1,loss,0.25\n6,2,loss,0.125\n");
}

TEST(TrainingLog, GoesOnHoweverLongItIs) {
  const TemporaryFolder folder;
  constexpr int kLines = 450'000;
  const std::string rest = ",0.125," + std::string(60, 'q') + ",1.5\n";
  std::string log = kHeader;
  for (int step = 1; step <= kLines; ++step) log += std::to_string(step) + rest;
  ASSERT_GT(log.size(), std::size_t{32} << 20);
  folder.put("log.csv", log);
  { TrainingLog resumed(Folder(folder.path()), kLines - 1); }
  EXPECT_TRUE(folder.get("log.csv") == log.substr(0, log.find(std::to_string(kLines) + ",")));
}

TEST(TrainingLog, LeavesOutALineThatWasCutOff) {
  const TemporaryFolder folder;
  folder.put("log.csv", kHeader + "2,0.5,loss,1\n1");
  EXPECT_EQ(lines_of(folder).size(), 1u);
  EXPECT_EQ(refusal(folder, ""), "");
}

TEST(TrainingLog, NamesTheLineThatIsNone) {
  const TemporaryFolder folder;
  const std::string rule = "line 2 must be step,seconds,quantity,value (numbers beside a name)";
  EXPECT_EQ(refusal(folder, "a,b\n"), "line 1 must be step,seconds,quantity,value, but is 'a,b'");
  for (const std::string line :
       {"", "4", "x,1,loss,1", "4,1,loss", "-4,1,loss,1", "99999999999999999999,1,loss,1",
        "4,inf,loss,1", "4,1,loss,one", "4,1,loss,1,5", "4,1,\"; system('id'); \",1", "4,1,,1"})
    EXPECT_EQ(refusal(folder, kHeader + line + "\n"), rule + ", but is '" + line + "'");
  EXPECT_EQ(refusal(folder, kHeader + "4,1,loss," + std::string(100'000, '1')),
            rule + ", but is '4,1,loss," + std::string(51, '1') + "'");
  EXPECT_EQ(refusal(folder, kHeader + "\x1b[2J\n"), rule + ", but is '\\x1b[2J'");
}

TEST(TrainingLog, FollowsNoLink) {
  const TemporaryFolder folder, elsewhere;
  const auto target = elsewhere.put("log.csv", kHeader);
  std::filesystem::create_symlink(target, folder / "log.csv");
  EXPECT_THROW(TrainingLog(Folder(folder.path()), 0), FormatError);
  EXPECT_EQ(elsewhere.get("log.csv"), kHeader);
}

TEST(TrainingLog, IsDrawnWithAPanelForEachQuantity) {
  SKIP_WITHOUT_GNUPLOT();
  const TemporaryFolder folder;
  folder.put("log.csv", kHeader);
  draw_training_log(Folder(folder.path()));
  EXPECT_EQ(folder.count(), 1);  // nothing to draw yet
  folder.put("log.csv", kHeader + "1,0.5,loss_a,2\n1,0.5,r1,nan\n2,1.0,loss_a,1\n");
  draw_training_log(Folder(folder.path()));
  EXPECT_EQ(folder.count(), 2);
  const std::string svg = folder.get("log.svg");
  EXPECT_NE(svg.find(">loss_a</text>"), std::string::npos);
  EXPECT_NE(svg.find(">r1</text>"), std::string::npos);
}

}  // namespace
}  // namespace sgilo
