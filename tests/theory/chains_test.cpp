#include "sgilo/theory/chains.h"

#include <gtest/gtest.h>

#include <limits>
#include <mutex>
#include <set>

#include "sgilo/core/error.h"
#include "sgilo/theory/population_landscape.h"
#include "support/error_text.h"

namespace sgilo {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Restores the number of threads at its end.
class ThreadCount {
 public:
  explicit ThreadCount(int threads) : before_(at::get_num_threads()) {
    at::set_num_threads(threads);
  }
  ~ThreadCount() { at::set_num_threads(before_); }

 private:
  int before_;
};

Tensor identity(const Tensor& x) { return x; }

TEST(Chains, DoNotDependOnTheNumberOfThreads) {
  const PopulationLandscape landscape(2);
  // A product long enough for the library to share among threads, beside the landscape.
  const Tensor a = RandomStreams(4).normal({600, 20});
  const auto gradient = [&](const Tensor& x) {
    return landscape.gradient(x) + 1e-3 * x.matmul(a.t()).matmul(a);
  };
  for (const std::int64_t chains : {100, 300}) {  // one group, and several
    const auto run = [&](int threads) {
      const ThreadCount count(threads);
      return run_chains(gradient, RandomStreams(1).normal({chains, 20}), {0.1, 2e3, 20},
                        RandomStreams(2));
    };
    const Tensor one = run(1);
    EXPECT_TRUE(torch::equal(one, run(2))) << chains << " chains";
    EXPECT_TRUE(torch::equal(one, run(3))) << chains << " chains";
  }
}

TEST(Chains, RememberTheirOwnGroup) {
  // Each step adds what the group's first row was at the start.
  const Tensor start = torch::arange(2 * kChainsPerGroup).view({-1, 1}).to(torch::kFloat64);
  const auto make_step = [](const Tensor& first) -> ChainStep {
    return [by = first[0].clone()](const Tensor& x, const RandomStreams&) { return x + by; };
  };
  const Tensor end =
      iterate_remembering_chains(make_step, start, {0.1, 1, 3}, RandomStreams(1)) - start;
  EXPECT_TRUE((end.narrow(0, 0, kChainsPerGroup) == 0).all().item<bool>());
  EXPECT_TRUE(
      (end.narrow(0, kChainsPerGroup, kChainsPerGroup) == 3 * kChainsPerGroup).all().item<bool>());
}

TEST(Chains, UseOneThreadInsideAGroup) {
  const ThreadCount count(2);
  std::int64_t most = 0;
  for_each_group(1, RandomStreams(1), [&](std::int64_t, std::int64_t, const RandomStreams&) {
    at::parallel_for(0, 100, 1, [&](std::int64_t begin, std::int64_t end) { most = end - begin; });
  });
  EXPECT_EQ(most, 100);
}

TEST(Chains, VisitEachRowOnceInGroupsOfTheirOwnStreams) {
  std::mutex mutex;
  std::set<std::int64_t> firsts;
  std::set<std::uint64_t> keys;
  std::int64_t rows = 0;
  for_each_group(2 * kChainsPerGroup + 3, RandomStreams(1),
                 [&](std::int64_t first, std::int64_t count, const RandomStreams& group) {
                   const std::lock_guard lock(mutex);
                   firsts.insert(first);
                   keys.insert(group.key());
                   rows += count;
                 });
  EXPECT_EQ(rows, 2 * kChainsPerGroup + 3);
  EXPECT_EQ(firsts, (std::set<std::int64_t>{0, kChainsPerGroup, 2 * kChainsPerGroup}));
  EXPECT_EQ(keys.size(), 3u);
}

TEST(Chains, AreGradientDescentWithoutTemperature) {
  const Tensor start = RandomStreams(1).normal({5, 3});
  const Tensor end = run_chains(identity, start, {0.25, kInfinity, 3}, RandomStreams(2));
  EXPECT_TRUE(torch::allclose(end, start * 0.421875));  // (1 - 0.25)^3
}

TEST(Chains, MoveByTheirOwnNormalsInTheirOwnType) {
  const Tensor start = RandomStreams(1).normal({5, 3}).to(torch::kFloat64);
  const Tensor end = run_chains(identity, start, {0.1, 50, 1}, RandomStreams(2));
  EXPECT_EQ(end.scalar_type(), torch::kFloat64);
  const RandomStreams noise = RandomStreams(2).child("group", 0).child("step", 1);
  EXPECT_TRUE(torch::allclose(
      end, 0.9 * start + std::sqrt(2 * 0.1 / 50) * normal_of(noise, {5, 3}, torch::kFloat64)));
}

TEST(Chains, ShowTheirStartAndEachStepUntilTheVisitorHasSeenEnough) {
  std::vector<int> steps;
  run_chains(identity, torch::ones({4, 2}), {0.1, 50, 100}, RandomStreams(2),
             [&](int step, std::int64_t first, const Tensor& x) {
               EXPECT_EQ(first, 0);
               EXPECT_EQ(x.size(0), 4);
               steps.push_back(step);
               return step < 3;
             });
  EXPECT_EQ(steps, (std::vector<int>{0, 1, 2, 3}));
}

TEST(Chains, LeaveTheirStartAsItWas) {
  const Tensor start = torch::ones({2, 2});
  run_chains(identity, start, {0.1, 50, 10}, RandomStreams(2));
  EXPECT_TRUE(torch::equal(start, torch::ones({2, 2})));
}

TEST(Chains, SayWhenAStepIsTooLarge) {
  EXPECT_EQ(error_text<NumericError>([] {
              run_chains(identity, torch::ones({2, 2}), {50, 1, 1000}, RandomStreams(2));
            }),
            "a chain left the finite numbers: a step size of 50 is too large here");
}

TEST(Chains, RefuseAStepSizeOrTemperatureThatIsNotPositive) {
  const auto text = [](double eta, double beta) {
    return error_text<ConfigError>([&] {
      run_chains(identity, torch::ones({2, 2}), {eta, beta, 1}, RandomStreams(2));
    });
  };
  EXPECT_EQ(text(0, 1), "step size and inverse temperature must be positive, but are 0 and 1");
  EXPECT_EQ(text(0.1, -2),
            "step size and inverse temperature must be positive, but are 0.1 and -2");
}

}  // namespace
}  // namespace sgilo
