#include "sgilo/runs/state_folder.h"

#include <gtest/gtest.h>

#include "sgilo/checkpoint/sealed_file.h"
#include "support/error_text.h"
#include "support/temporary_folder.h"

namespace sgilo {
namespace {

SolverState state_of(const std::vector<RowKey>& rows) {
  SolverState state;
  state.rows = rows;
  state.step = 3;
  state.latent = {0,
                  {{"styles", Role::code,
                    RandomStreams(1).normal({static_cast<std::int64_t>(rows.size()), 4})}}};
  state.failures.resize(rows.size());
  return state;
}

TEST(StateFolder, GivesBackWhatAnEarlierRunLeft) {
  const TemporaryFolder folder;
  const SolverState left = state_of({{0, 0}, {0, 1}});
  {
    StateFolder states(folder / "state", 1, torch::kCPU);
    EXPECT_FALSE(states.load(left.rows));
    states.on_end(left);
  }
  StateFolder states(folder / "state", 1, torch::kCPU);
  const auto found = states.load(left.rows);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->step, 3);
  EXPECT_TRUE(torch::equal(found->latent.at("styles"), left.latent.at("styles")));
  EXPECT_FALSE(states.load({{1, 0}, {1, 1}}));
}

TEST(StateFolder, SavesWhenItsMinutesHavePassed) {
  const TemporaryFolder folder;
  const SolverState state = state_of({{0, 0}});
  StateFolder rarely(folder / "state", 60, torch::kCPU);
  rarely.on_step(state);
  EXPECT_FALSE(rarely.load(state.rows));
  StateFolder often(folder / "state", 1e-9, torch::kCPU);
  often.on_step(state);
  EXPECT_TRUE(often.load(state.rows));
}

TEST(StateFolder, CountsTheSecondsOfEarlierParts) {
  const TemporaryFolder folder;
  const SolverState state = state_of({{0, 0}});
  const std::string file = (folder / "state/images_0.safetensors").string();
  StateFolder first(folder / "state", 1, torch::kCPU);
  first.on_end(state);
  const SafetensorsFile saved = read_safetensors(file);
  auto metadata = saved.metadata;
  metadata["seconds"] = "1000.0";
  write_sealed(file, saved.tensors, metadata);
  StateFolder second(folder / "state", 1, torch::kCPU);
  second.load(state.rows);
  second.on_end(state);
  EXPECT_GE(second.seconds(), 1000);
  EXPECT_LT(second.seconds(), 1010);
}

TEST(StateFolder, RefusesAnotherStateInOneSentence) {
  const TemporaryFolder folder;
  const SolverState state = state_of({{0, 0}, {0, 1}});
  StateFolder states(folder / "state", 1, torch::kCPU);
  states.on_end(state);
  const std::string file = (folder / "state/images_0.safetensors").string();
  const auto sentence = [&](const std::string& why) {
    return concat(file, ": is no state of this run by this version of sgilo (", why,
                  "); start the run again with --force");
  };
  const auto refusal = [&](const std::vector<RowKey>& rows) {
    return error_text<FormatError>([&] { states.load(rows); });
  };
  EXPECT_EQ(refusal({{0, 0}}), sentence("tensor 'latent.styles' must have 1 rows"));
  EXPECT_EQ(refusal({{0, 0}, {0, 2}}), sentence("it is of other images or chains"));
  write_sealed(file, {}, {{"format", "sgilo solver state 2"}, {"state", "{}"}});
  EXPECT_EQ(refusal(state.rows),
            file +
                ": must be of the format 'sgilo solver state 3', but is of 'sgilo solver state "
                "2'; start the run again with --force");
  write_sealed(file, {}, {{"format", "sgilo solver state 3"}});
  EXPECT_EQ(refusal(state.rows), sentence("entry 'state' is missing"));
  for (const char* text : {"[", "[]", "7", "{\"step\": 1e999}", "{\"a\": 1, \"a\": 2}"}) {
    write_sealed(file, {}, {{"format", "sgilo solver state 3"}, {"state", text}});
    EXPECT_NE(refusal(state.rows).find("is no state of this run"), std::string::npos) << text;
  }
}

TEST(StateFolder, RefusesAFileOfWhichABitWasChanged) {
  const TemporaryFolder folder;
  const SolverState state = state_of({{0, 0}, {0, 1}});
  StateFolder states(folder / "state", 1, torch::kCPU);
  states.on_end(state);
  const std::string name = "state/images_0.safetensors";
  const std::string whole = folder.get(name);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 4);
    folder.put(name, changed);
    EXPECT_NE(error_text<FormatError>([&] { states.load(state.rows); }), "") << at;
  }
}

TEST(StateFolder, RefusesAStateOfAnotherRun) {
  const TemporaryFolder folder;
  const SolverState state = state_of({{0, 0}});
  StateFolder(folder / "state", 1, torch::kCPU, "a").on_end(state);
  EXPECT_TRUE(StateFolder(folder / "state", 1, torch::kCPU, "a").load(state.rows));
  EXPECT_EQ(error_text<FormatError>(
                [&] { StateFolder(folder / "state", 1, torch::kCPU, "b").load(state.rows); }),
            (folder / "state/images_0.safetensors").string() +
                ": belongs to another run: of another measurement, model, seed or other options; "
                "start the run again with --force");
}

}  // namespace
}  // namespace sgilo
