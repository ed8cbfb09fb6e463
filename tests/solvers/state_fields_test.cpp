#include "sgilo/solvers/state_fields.h"

#include <gtest/gtest.h>

#include "sgilo/core/random_streams.h"
#include "sgilo/solvers/solver.h"
#include "support/error_text.h"

namespace sgilo {
namespace {

SolverState some_state() {
  SolverState state;
  state.rows = {{0, 0}, {3, 1}};
  state.step = 17;
  state.latent = {1,
                  {{"features", Role::layer, RandomStreams(1).normal({2, 3})},
                   {"noise_0", Role::noise, RandomStreams(2).normal({2, 2})}}};
  state.counts = {.evaluations = 40, .score_evaluations = 5, .decodes = 2};
  state.draws.images = RandomStreams(3).normal({2, 1, 1, 2, 2});
  state.failures = {"", "image 4, chain 2: a variable is not finite at step 3"};
  state.kernel.preconditioner.seen = 4;
  state.kernel.preconditioner.mean_square = state.latent;
  return state;
}

TEST(StateFields, WhatIsSavedIsLoadedBitForBit) {
  const SolverState before = some_state();
  const SavedFields saved = save_fields(before);
  const SolverState after = load_fields<SolverState>(saved, 2);
  EXPECT_EQ(after.rows, before.rows);
  EXPECT_EQ(after.step, 17);
  EXPECT_EQ(after.latent.layer, 1);
  EXPECT_EQ(after.latent.variables[1].role, Role::noise);
  EXPECT_TRUE(torch::equal(after.latent.at("features"), before.latent.at("features")));
  EXPECT_EQ(after.counts.score_evaluations, 5);
  EXPECT_TRUE(torch::equal(after.draws.images, before.draws.images));
  EXPECT_FALSE(after.draws.losses.defined());
  EXPECT_EQ(after.failures, before.failures);
  EXPECT_EQ(after.kernel.preconditioner.seen, 4);
  EXPECT_EQ(save_fields(after).values, saved.values);
}

TEST(StateFields, NamesArePathsOfTheTable) {
  const SavedFields saved = save_fields(some_state());
  for (const char* name :
       {"latent.features", "draws.images", "kernel.preconditioner.mean_square.noise_0"})
    EXPECT_TRUE(saved.tensors.contains(name)) << name;
  EXPECT_EQ(saved.values.at("counts.evaluations"), 40);
}

TEST(StateFields, RefusesWhatIsMissingOrDoesNotFit) {
  const SavedFields sound = save_fields(some_state());
  const auto refusal = [&](auto&& damage) {
    SavedFields saved = sound;
    damage(saved);
    return error_text<Error>([&] { load_fields<SolverState>(saved, 2); });
  };
  EXPECT_EQ(refusal([](SavedFields& s) { s.values.erase("step"); }), "entry 'step' is missing");
  EXPECT_EQ(refusal([](SavedFields& s) { s.values["step"] = "late"; }),
            "step must be a whole number, but is \"late\"");
  EXPECT_EQ(refusal([](SavedFields& s) { s.values["rows"] = {{1}}; }),
            "entry 'rows' must hold pairs of image and chain");
  EXPECT_EQ(refusal([](SavedFields& s) { s.values["latent"]["variables"][0][1] = "layr"; }),
            "unknown role 'layr', did you mean 'layer'? known roles: layer, code, noise");
  EXPECT_EQ(refusal([](SavedFields& s) {
              s.tensors["draws.images"] = torch::zeros({3, 1});
            }),
            "tensor 'draws.images' must have 2 rows");
  EXPECT_NE(refusal([](SavedFields& s) { s.tensors.erase("latent.features"); }), "");
}

}  // namespace
}  // namespace sgilo
