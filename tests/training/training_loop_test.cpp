#include "sgilo/training/training_loop.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "sgilo/core/error.h"
#include "support/environment.h"
#include "support/error_text.h"
#include "support/skip_without_gnuplot.h"
#include "support/temporary_folder.h"

namespace sgilo {
namespace {

// Counts its steps in a tensor, and writes down each.
struct Counter {
  std::int64_t value = 0;
  Trainable trainable() {
    return {"counter",
            1,
            [this] {
              return std::map<std::string, double>{{"value", static_cast<double>(++value)}};
            },
            [this] {
              return TrainingState{{{"value", torch::tensor({value})}}, value};
            },
            [this](const TrainingState& state) {
              value = state.tensors.at("value").item<std::int64_t>();
            },
            {}};
  }
};

class StopAfter : public Observer {
 public:
  explicit StopAfter(int asks) : left_(asks) {}
  bool stop_requested() override { return left_-- <= 0; }

 private:
  int left_;
};

class RecordingObserver : public Observer {
 public:
  void on_warning(std::string_view text) override { warnings.emplace_back(text); }
  std::vector<std::string> warnings;
};

bool train(const Trainable& trainable, const TemporaryFolder& folder,
           const TrainingLoopOptions& options, Observer& observer) {
  TrainingFolder training(folder.path(), Json::object());
  return run_training(trainable, training, options, observer);
}

std::string read(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

TEST(TrainingLoop, StopsWhenAskedAndContinuesWhereItStopped) {
  const TemporaryFolder folder;
  const TrainingLoopOptions options{.steps = 10, .log_interval = 2};
  Counter first;
  StopAfter stop(4);
  EXPECT_FALSE(train(first.trainable(), folder, options, stop));
  EXPECT_EQ(first.value, 4);
  Counter second;
  Observer silent;
  EXPECT_TRUE(train(second.trainable(), folder, options, silent));
  EXPECT_EQ(second.value, 10);
}

TEST(TrainingLoop, LogsMeansAndDropsTheLinesBehindTheLastSave) {
  const TemporaryFolder folder;
  Counter counter;
  StopAfter stop(4);
  train(counter.trainable(), folder, {.steps = 10, .log_interval = 2}, stop);
  std::ofstream(folder.path() / "log.csv", std::ios::app)
      << "6,1.0,value,99\n";  // of a run that was killed after its last save
  Counter again;
  Observer silent;
  train(again.trainable(), folder, {.steps = 8, .log_interval = 2}, silent);
  const std::string log = read(folder.path() / "log.csv");
  EXPECT_EQ(log.rfind("step,seconds,quantity,value\n", 0), 0u);
  EXPECT_EQ(log.find(",99\n"), std::string::npos);
  EXPECT_NE(log.find(",value,1.5\n"), std::string::npos);  // steps 1 and 2
  EXPECT_NE(log.find(",value,7.5\n"), std::string::npos);  // steps 7 and 8
}

TEST(TrainingLoop, DrawsItsLogAfterEachEvaluation) {
  SKIP_WITHOUT_GNUPLOT();
  const TemporaryFolder folder;
  Counter counter;
  Trainable trainable = counter.trainable();
  std::vector<bool> drawn;
  trainable.evaluate = [&](std::int64_t) {
    drawn.push_back(std::filesystem::exists(folder.path() / "log.svg"));
    return std::map<std::string, double>{{"error_at_1", 0.5}};
  };
  RecordingObserver observer;
  train(trainable, folder, {.steps = 4, .log_interval = 1, .evaluation_interval = 2}, observer);
  EXPECT_EQ(drawn, (std::vector<bool>{false, true}));
  EXPECT_NE(read(folder.path() / "log.svg").find(">error_at_1</text>"), std::string::npos);
  EXPECT_TRUE(observer.warnings.empty());
}

TEST(TrainingLoop, TrainsWithoutGnuplotAndSaysOnceWhatIsMissing) {
  const TemporaryFolder folder;
  const Environment path("PATH", folder.path().string());
  Counter counter;
  Trainable trainable = counter.trainable();
  trainable.evaluate = [](std::int64_t) { return std::map<std::string, double>{{"error", 0.5}}; };
  RecordingObserver observer;
  EXPECT_TRUE(train(trainable, folder, {.steps = 4, .log_interval = 1, .evaluation_interval = 2},
                    observer));
  EXPECT_EQ(observer.warnings,
            (std::vector<std::string>{"counter: log.csv is not drawn: gnuplot, which draws the "
                                      "figures, is not installed (Debian: apt install "
                                      "gnuplot-nox)"}));
  EXPECT_NE(read(folder.path() / "log.csv").find(",error,0.5\n"), std::string::npos);
}

TEST(TrainingLoop, RefusesFewerStepsThanItHasTaken) {
  const TemporaryFolder folder;
  Counter counter, again;
  Observer silent;
  train(counter.trainable(), folder, {.steps = 4}, silent);
  const TrainingLoopOptions fewer{.steps = 3};
  EXPECT_EQ(error_text<ConfigError>([&] { train(again.trainable(), folder, fewer, silent); }),
            folder.path().string() +
                ": has taken 4 steps, more than the 3 that are asked for; ask for at least 4");
}

TEST(TrainingLoop, RefusesADamagedState) {
  const TemporaryFolder folder;
  std::ofstream(folder.path() / "state.safetensors") << "no state";
  Counter counter;
  Observer silent;
  EXPECT_THROW(train(counter.trainable(), folder, {}, silent), FormatError);
}

}  // namespace
}  // namespace sgilo
