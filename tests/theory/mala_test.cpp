#include "sgilo/theory/mala.h"

#include <gtest/gtest.h>

#include <limits>

#include "sgilo/core/error.h"
#include "support/error_text.h"

namespace sgilo {
namespace {

std::pair<Tensor, Tensor> bowl(const Tensor& x) { return {x.square().sum(1) / 2, x}; }

TEST(Mala, AcceptsSmallStepsAndRefusesWildOnes) {
  const Tensor start = RandomStreams(1).normal({200, 3});
  EXPECT_GT(run_mala(bowl, start, {1e-4, 1, 50}, RandomStreams(2)).acceptance, 0.99);
  EXPECT_LT(run_mala(bowl, start, {50, 1, 50}, RandomStreams(2)).acceptance, 0.05);
}

TEST(Mala, AcceptsNearlyAllOfTheChainsOwnStepsAndTakesThem) {
  const Tensor start = RandomStreams(1).normal({200, 3});
  const ChainOptions options{1e-5, 1, 1};
  const MalaResult adjusted = run_mala(bowl, start, options, RandomStreams(2));
  const Tensor plain =
      run_chains([](const Tensor& x) { return x; }, start, options, RandomStreams(2));
  ASSERT_EQ(adjusted.acceptance, 1);
  EXPECT_TRUE(torch::equal(adjusted.end, plain));
}

TEST(Mala, StaysWhereTheLossIsNoNumber) {
  const auto wall = [](const Tensor& x) {
    const Tensor loss = torch::where(x > 0, torch::full_like(x, NAN), torch::zeros_like(x));
    return std::pair<Tensor, Tensor>{loss.squeeze(1), torch::zeros_like(x)};
  };
  const Tensor end = run_mala(wall, -torch::ones({100, 1}), {0.5, 1, 50}, RandomStreams(2)).end;
  EXPECT_LE(end.max().item<float>(), 0);
}

TEST(Mala, DoesNotDependOnTheThreads) {
  const Tensor start = RandomStreams(1).normal({300, 3});
  const auto end_with = [&](int threads) {
    const int before = at::get_num_threads();
    at::set_num_threads(threads);
    Tensor end = run_mala(bowl, start, {0.5, 2, 20}, RandomStreams(2)).end;
    at::set_num_threads(before);
    return end;
  };
  EXPECT_TRUE(torch::equal(end_with(1), end_with(2)));
}

TEST(Mala, ShowsEveryStepUntilToldToStop) {
  int last = -1;
  run_mala(bowl, torch::zeros({4, 2}), {0.1, 1, 10}, RandomStreams(2),
           [&](int step, std::int64_t, const Tensor&) {
             EXPECT_EQ(step, last + 1);
             last = step;
             return step < 3;
           });
  EXPECT_EQ(last, 3);
}

TEST(Mala, RefusesAnInfiniteInverseTemperature) {
  EXPECT_EQ(error_text<ConfigError>([] {
              run_mala(bowl, torch::zeros({1, 2}),
                       {0.1, std::numeric_limits<double>::infinity(), 1}, RandomStreams(2));
            }),
            "the inverse temperature must be finite: at infinity no proposal is random");
}

}  // namespace
}  // namespace sgilo
