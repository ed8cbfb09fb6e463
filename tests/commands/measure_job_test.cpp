#include <gtest/gtest.h>

#include "sgilo/commands/jobs.h"
#include "sgilo/data/image_io.h"
#include "sgilo/runs/measurement.h"
#include "support/error_text.h"
#include "support/tiny_model.h"

namespace sgilo {
namespace {

class MeasureJob : public testing::Test {
 protected:
  MeasureJob() {
    write_png(folder_ / "face.png", smooth_pictures(1, 16)[0]);
    options_ = {{"images", {(folder_ / "face.png").string()}},
                {"size", 16},
                {"operator", {{"kind", "identity"}}},
                {"output", (folder_ / "y.safetensors").string()}};
  }
  Json run() { return job_.run(options_, RunMode::fresh, observer_); }

  const Job& job_ = job_of("measure");
  TemporaryFolder folder_;
  StoppingObserver observer_;
  Json options_;
};

TEST_F(MeasureJob, WritesTheMeasurementAndSaysWhatItHolds) {
  const Json result = run();
  const Measurement measurement = read_measurement(folder_ / "y.safetensors");
  EXPECT_EQ(result["images"], 1);
  EXPECT_EQ(result["operator"]["kind"], "identity");
  EXPECT_EQ(result["noise"], (Json{{"kind", "gaussian"}, {"sigma", 0.01}}));
  EXPECT_EQ(result["scalars_measured"], measurement.scalars());
  EXPECT_EQ(result["image_shape"], Json({3, 16, 16}));
  EXPECT_EQ(job_.text(result),
            concat(options_["output"].get<std::string>(), ": 1 image(s), ",
                   measurement.forward_operator->describe(),
                   ", gaussian (sigma = 0.01): 768 numbers of each image [3, 16, 16]\n"));
}

TEST_F(MeasureJob, ItsPlanIsItsResultAndWritesNothing) {
  Json planned = job_.plan(options_, observer_);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "y.safetensors"));
  const Json result = run();
  EXPECT_EQ(planned["plan"], "would write " + job_.text(result));
  planned.erase("plan");
  EXPECT_EQ(planned, result);
}

TEST_F(MeasureJob, NoiseOfObservedDataIsStatedOrEstimatedForEveryCaller) {
  options_["observed"] = true;
  Json result = run();
  EXPECT_EQ(result["noise_estimated"], true);
  EXPECT_NE(job_.text(result).find(" (sigma estimated): "), std::string::npos);
  options_["noise"] = {{"sigma", 0.01}};  // the default, but stated
  result = run();
  EXPECT_EQ(result["noise_estimated"], false);
  EXPECT_EQ(result["noise"]["sigma"], 0.01);
  options_["estimate_noise"] = true;
  EXPECT_EQ(error_text<ConfigError>([&] { run(); }),
            "noise must not be stated beside estimate_noise, which finds sigma in the data");
}

}  // namespace
}  // namespace sgilo
