#include "sgilo/runs/old_config.h"

#include <gtest/gtest.h>

namespace sgilo {
namespace {

Json upgraded(const char* text) { return upgraded_config(Json::parse(text)); }

TEST(OldConfig, TheChosenKernelKeepsItsOptionsAndTheOthersGo) {
  EXPECT_EQ(upgraded(R"({"seed": 3, "solver": {"kind": "sgilo", "integrator": "langevin",
                         "langevin": {"step_size": 0.1}, "partial_reverse": {"std": 0.2},
                         "annealed": {"first_std": 0.9}}})"),
            Json::parse(R"({"seed": 3, "solver": {"kind": "sgilo", "integrator":
                            {"kind": "langevin", "step_size": 0.1}}})"));
  EXPECT_EQ(upgraded(R"({"solver": {"annealed": {"first_std": 0.5}}})"),  // it was the default
            Json::parse(R"({"solver": {"integrator": {"kind": "annealed", "first_std": 0.5}}})"));
}

TEST(OldConfig, StepsBecomeEvaluationsAndTheirShares) {
  EXPECT_EQ(upgraded(R"({"solver": {"kind": "ilo", "chains": 2, "steps": [10, 5]}})"),
            Json::parse(R"({"solver": {"kind": "ilo", "chains": 2, "evaluations": 15,
                            "shares": [10, 5]}})"));
  EXPECT_EQ(upgraded(R"({"portraits": 4, "steps": [6, 6]})"),  // of invert
            Json::parse(R"({"portraits": 4, "evaluations": 12, "shares": [6, 6]})"));
}

TEST(OldConfig, WithoutALayersScoreTheEvaluationsOfStylesGo) {
  EXPECT_EQ(upgraded(R"({"solver": {"use_layer_score": false, "style_evaluations": 100}})"),
            Json::parse(R"({"solver": {"use_layer_score": false}})"));
}

TEST(OldConfig, OfThisVersionStaysAsItIs) {
  for (const char* text :
       {R"({"solver": {"kind": "sgilo", "integrator": {"kind": "annealed", "first_std": 0.5}}})",
        R"({"solver": {"kind": "csgm", "langevin": {"step_size": 1}}})", R"({"solver": "csgm"})",
        R"({"solver": {"kind": "ilo", "steps": "ten"}})",
        R"({"solver": {"kind": "ilo", "steps": [1.5]}})",
        R"({"solver": {"kind": 7, "steps": [1]}})", R"({"steps": 3})", R"({"seed": 1})", "[]"})
    EXPECT_EQ(upgraded(text), Json::parse(text)) << text;
}

}  // namespace
}  // namespace sgilo
