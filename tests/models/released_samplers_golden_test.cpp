// Agreement with numbers recorded from the released samplers with a released score network (golden
// data of section 4): the outputs that tests/sampling/released_golden_test.cpp leaves.
#include "sgilo/checkpoint/read_checkpoint.h"
#include "sgilo/released/released_transformer.h"
#include "support/recorded_runs.h"

namespace sgilo {
namespace {

ScoreOfSde network_of(const GoldenCase& golden) {
  const StateDict weights = open_checkpoint(golden.path(golden.params().at("vit"))).state();
  const ReleasedTransformer network(weights, {64, 4, 4});
  return [network](const Sde& sde) { return released_score(network, sde); };
}

TEST(Golden, PredictorsAndCorrectorsAgreeWithTheReleasedNetwork) {
  SGILO_GOLDEN_CASE(golden, "04b_updates");
  expect_recorded_updates(golden, "vit", network_of(golden), golden["x_vit"]);
  golden.expect_everything_compared(outputs_of_network(golden, false));
}

TEST(Golden, SamplersAndLikelihoodsAgreeWithTheReleasedNetwork) {
  SGILO_GOLDEN_CASE(golden, "04c_samplers");
  const Tensor x = golden["x_vit"], one = x.narrow(0, 0, 1);
  expect_recorded_runs(golden, "vit", network_of(golden));
  const Sde sde = recorded_sde("VP", 1000);
  const ScoreFunction score = network_of(golden)(sde);
  expect_recorded_drift(golden, "pflow_drift_vit", probability_flow_drift, score, sde, x);
  expect_recorded_likelihood(golden, "vit_Rademacher", score, sde, one, 6);
  expect_recorded_divergence(golden, "div_vit", score, sde, one);
  golden.expect_everything_compared(outputs_of_network(golden, false));
}

}  // namespace
}  // namespace sgilo
