#include "sgilo/released/released_samplers.h"
#include "support/expect_sampler_matches.h"
#include "support/mixture.h"

namespace sgilo {
namespace {

TEST(ReleasedSamplers, SampleAMixture) {
  const Mixture mixture;
  const Sde sde(SdeOptions{.scales = 400});
  ReleasedSamplerOptions options;
  options.snr = 0.05;
  expect_sampler_matches(
      [&](const std::vector<RandomStreams>& rows) {
        return released_cold_sampler(mixture.score(sde), sde,
                                     {static_cast<std::int64_t>(rows.size()), 2}, options,
                                     draws_of(rows));
      },
      // Time steps of 1/400 leave a bias of first order.
      mixture.mean(), mixture.covariance(), {.draws = 4000, .bias = 0.02});
}

}  // namespace
}  // namespace sgilo
