#include "sgilo/training/training_folder.h"

#include <gtest/gtest.h>

#include <cmath>

#include "sgilo/checkpoint/sealed_file.h"
#include "sgilo/core/error.h"
#include "support/error_text.h"
#include "support/temporary_folder.h"

namespace sgilo {
namespace {

const Json kCourse = {{"seed", 1}, {"trainer", {{"batch", 32}, {"widths", {8, 4}}}}};

const std::string kChanged =
    "was changed since it was written, its content is not what its SHA-256 says; start anew in "
    "another folder, named with --state";

TrainingState small_state() { return {{{"w", torch::arange(3.0f)}}, 7, 0.5}; }

void save(const std::filesystem::path& folder, const TrainingState& state = small_state()) {
  TrainingFolder(folder, kCourse).save(state);
}

std::optional<TrainingState> load(const std::filesystem::path& folder,
                                  const Json& course = kCourse) {
  return TrainingFolder(folder, course).load(small_state().tensors);
}

// The state with other words beside its tensors.
void forge(const TemporaryFolder& folder, const std::string& name, const std::string& text) {
  save(folder.path());
  SafetensorsFile file = read_safetensors(folder / "state.safetensors");
  file.metadata[name] = text;
  write_safetensors(folder / "state.safetensors", file.tensors, file.metadata);
}

template <class E = FormatError>
std::string refusal(const TemporaryFolder& folder, const Json& course = kCourse) {
  std::string text = error_text<E>([&] { load(folder.path(), course); });
  const std::string path = (folder / "state.safetensors").string() + ": ";
  return text.starts_with(path) ? text.substr(path.size()) : text;
}

TEST(TrainingFolder, ReturnsAStateAsItWas) {
  const TemporaryFolder folder;
  EXPECT_FALSE(load(folder / "new").has_value());
  save(folder / "new");
  const auto state = load(folder / "new");
  ASSERT_TRUE(state.has_value());
  EXPECT_TRUE(torch::equal(state->tensors.at("w"), torch::arange(3.0f)));
  EXPECT_EQ(state->step, 7);
  EXPECT_EQ(state->seconds, 0.5);
  EXPECT_EQ(saved_step(folder / "new", kCourse), 7);
  EXPECT_EQ(saved_step(folder / "none", kCourse), 0);
}

TEST(TrainingFolder, GoesOnUnderTheSameCourseAlone) {
  const TemporaryFolder folder;
  save(folder.path());
  Json other = kCourse;
  other["seed"] = 2;
  const std::string end = "; ask for the same, or name another folder with --state";
  EXPECT_EQ(
      refusal<ConfigError>(folder, other),
      folder.path().string() + ": holds a training with seed 1, which cannot go on with 2" + end);
  other = kCourse;
  other["trainer"]["widths"] = {8, 8};
  const std::string widths = folder.path().string() +
                             ": holds a training with trainer.widths [8,4], which cannot go on "
                             "with [8,8]" +
                             end;
  EXPECT_EQ(refusal<ConfigError>(folder, other), widths);
  EXPECT_EQ(error_text<ConfigError>([&] { saved_step(folder.path(), other); }), widths);
  other = kCourse;
  other["data"] = "of another kind";
  EXPECT_EQ(refusal<ConfigError>(folder, other),
            folder.path().string() +
                ": holds a training with data none, which cannot go on with \"of another kind\"" +
                end);
}

TEST(TrainingFolder, TakesWhatIsNotStatedAsItWas) {
  const TemporaryFolder folder;
  save(folder.path());
  Json open = kCourse;
  open["seed"] = nullptr;
  {
    TrainingFolder training(folder.path(), open);
    ASSERT_TRUE(training.load(small_state().tensors));
    training.save(small_state());
  }
  Json other = kCourse;
  other["seed"] = 2;
  EXPECT_NE(refusal<ConfigError>(folder, other).find("seed 1"), std::string::npos);
}

TEST(TrainingFolder, RefusesAStateThatHoldsAnArchiveOfAnOlderVersion) {
  const TemporaryFolder folder;
  write_safetensors(folder / "state.safetensors",
                    {{"w", torch::arange(3.0f)}, {"optimizer", torch::zeros({9}, torch::kUInt8)}},
                    {{"counters", R"({"seconds":1.0,"step":7.0})"}});
  const std::string older =
      "was written by an older version of sgilo, whose training states are not read; start anew in "
      "another folder, or name this one with --warm-start (train generator) to begin with its "
      "weights";
  EXPECT_EQ(refusal(folder), older);
  forge(folder, "format", "sgilo training 2");  // whose seal was another one
  EXPECT_EQ(refusal(folder), older);
}

TEST(TrainingFolder, RefusesDamage) {
  const TemporaryFolder folder;
  folder.put("state.safetensors", "no state");
  EXPECT_NE(refusal(folder), "");
  write_safetensors(folder / "state.safetensors", small_state().tensors);
  EXPECT_EQ(refusal(folder), "\"format\" must be \"sgilo training 3\", but is missing");
  save(folder.path());
  std::string bytes = folder.get("state.safetensors");
  bytes[bytes.size() - 2] ^= 1;
  folder.put("state.safetensors", bytes);
  EXPECT_EQ(refusal(folder), kChanged);
}

TEST(TrainingFolder, RefusesProgressThatCannotBe) {
  const TemporaryFolder folder;
  const auto with = [&](const std::string& progress) {
    forge(folder, "progress", progress);
    return refusal(folder);
  };
  EXPECT_EQ(with(R"({"step": 8, "seconds": 0.5})"), kChanged);
  EXPECT_EQ(with(R"({"step": 1e15, "seconds": 0.5})"),
            "'step' must be a number from 0 to 1e+12, but is 1e+15");
  EXPECT_EQ(with(R"({"step": -1, "seconds": 0.5})"),
            "'step' must be a number from 0 to 1e+12, but is -1");
  EXPECT_EQ(with(R"({"step": 1.5, "seconds": 0.5})"), "'step' must be a whole number, but is 1.5");
  EXPECT_EQ(with(R"({"step": "7", "seconds": 0.5})"),
            "'step' must be a number from 0 to 1e+12, but is \"7\"");
  EXPECT_EQ(with(R"({"step": 7})"), "'seconds' must be a number from 0 to 1e+12, but is null");
  EXPECT_EQ(with("[]"), "'step' must be a number from 0 to 1e+12, but is null");
  EXPECT_NE(with("{"), "");
}

TEST(TrainingFolder, RefusesTensorsOfAnotherTraining) {
  const TemporaryFolder folder;
  const auto with = [&](const StateDict& tensors) {
    save(folder.path(), {tensors, 7, 0.5});
    return refusal(folder);
  };
  EXPECT_EQ(with({}), "tensor 'w' is missing");
  EXPECT_EQ(with({{"w", torch::zeros({2})}}),
            "tensor 'w' must be of type Float and shape [3], but is of type Float and shape [2]");
  EXPECT_EQ(with({{"w", torch::zeros({3}, torch::kFloat64)}}),
            "tensor 'w' must be of type Float and shape [3], but is of type Double and shape [3]");
  EXPECT_EQ(with({{"w", torch::zeros({3})}, {"optimizer", torch::zeros({3}, torch::kUInt8)}}),
            "tensor 'optimizer' belongs to no part of this training");
}

TEST(TrainingFolder, KeepsTheLastStateWhenTheNextIsNotFinite) {
  const TemporaryFolder folder;
  save(folder.path());
  EXPECT_EQ(
      error_text<NumericError>([&] {
        save(folder.path(), {{{"w", torch::full({3}, NAN)}}, 8, 1});
      }),
      (folder / "state.safetensors").string() + ": step 8 is not saved: tensor 'w' is not finite");
  EXPECT_EQ(load(folder.path())->step, 7);
}

TEST(TrainingFolder, RefusesASealedStateThatIsNotFinite) {
  const TemporaryFolder folder;
  save(folder.path());
  auto [tensors, metadata] = read_safetensors(folder / "state.safetensors");
  tensors["w"] = torch::full({3}, INFINITY);
  write_sealed(folder / "state.safetensors", tensors, metadata);
  EXPECT_EQ(refusal(folder),
            "tensor 'w' must hold finite numbers, but 3 of its 3 are nan or infinite");
}

TEST(TrainingFolder, LetsOneTrainerInAtATime) {
  const TemporaryFolder folder;
  const TrainingFolder first(folder.path(), kCourse);
  EXPECT_TRUE(error_text<ConfigError>([&] {
                TrainingFolder(folder.path(), kCourse);
              }).starts_with(folder.path().string() + " is in use by process "));
}

TEST(TrainingFolder, FollowsNoLink) {
  const TemporaryFolder folder, elsewhere;
  save(elsewhere.path());
  std::filesystem::create_symlink(elsewhere / "state.safetensors", folder / "state.safetensors");
  EXPECT_EQ(refusal(folder), "is a symbolic link, and none is followed inside this folder");
  EXPECT_THROW(save(folder.path()), FormatError);
}

}  // namespace
}  // namespace sgilo
