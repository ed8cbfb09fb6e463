#include "sgilo/solvers/reconstruction.h"

#include <gtest/gtest.h>

#include "sgilo/solvers/restore.h"
#include "support/error_text.h"

namespace sgilo {
namespace {

// Rows with draws of one pixel: two draws each.
Reconstruction of(const std::vector<RowKey>& rows, std::uint64_t seed) {
  const auto n = static_cast<std::int64_t>(rows.size());
  Reconstruction out;
  out.rows = rows;
  out.draws = {.images = RandomStreams(seed).normal({n, 2, 1, 1, 1}),
               .losses = RandomStreams(seed).child(1).uniform({n, 2}),
               .energies = RandomStreams(seed).child(2).uniform({n, 2})};
  out.latent = {0, {{"styles", Role::code, torch::arange(n).unsqueeze(1)}}};
  out.counts.evaluations = 10 * n;
  out.failures.resize(rows.size());
  return out;
}

TEST(Reconstruction, AveragesTheChainsOfAnImageThatDidNotFail) {
  Reconstruction r = of(row_keys(2, 3), 1);
  r.failures[1] = "image 1, chain 2: gone";
  const Tensor draws = r.draws.images.flatten(1);
  const Tensor own = torch::cat({draws[0], draws[2]});
  EXPECT_FLOAT_EQ(r.mean()[0].item<float>(), own.mean().item<float>());
  EXPECT_FLOAT_EQ(r.standard_deviation()[0].item<float>(),
                  (own - own.mean()).square().mean().sqrt().item<float>());
  EXPECT_FLOAT_EQ(r.mean()[1].item<float>(), draws.slice(0, 3).mean().item<float>());
}

TEST(Reconstruction, BestIsTheChainWhoseLastDrawHasTheLowestEnergy) {
  Reconstruction r = of(row_keys(1, 3), 1);
  r.draws.energies = torch::tensor({{0.f, 3.f}, {9.f, 1.f}, {0.f, 2.f}});
  EXPECT_TRUE(torch::equal(r.best()[0], r.draws.images[1][1]));
  r.failures[1] = "gone";
  EXPECT_TRUE(torch::equal(r.best()[0], r.draws.images[2][1]));
}

TEST(Reconstruction, HasNoNumbersForAnImageWithoutAChain) {
  Reconstruction r = of(row_keys(1, 2), 1);
  r.failures = {"gone", "gone"};
  EXPECT_TRUE(r.mean().isnan().all().item<bool>());
  EXPECT_TRUE(r.best().isnan().all().item<bool>());
}

TEST(Reconstruction, JoinedPartsAreTheWholeInAnyOrder) {
  const Reconstruction whole = of(row_keys(2, 2), 1);
  const auto part = [&](const std::vector<std::int64_t>& rows) {
    const Tensor index = torch::tensor(rows, torch::kInt64);
    Reconstruction out;
    for (const std::int64_t row : rows)
      out.rows.push_back(whole.rows[static_cast<std::size_t>(row)]);
    out.draws = {.images = whole.draws.images.index_select(0, index),
                 .losses = whole.draws.losses.index_select(0, index),
                 .energies = whole.draws.energies.index_select(0, index)};
    out.latent = whole.latent.select_rows(index);
    out.counts.evaluations = 10 * index.numel();
    out.failures.resize(rows.size());
    return out;
  };
  const Reconstruction again = joined({part({3, 1}), part({0}), part({2})});
  EXPECT_EQ(again.rows, whole.rows);
  EXPECT_TRUE(torch::equal(again.draws.images, whole.draws.images));
  EXPECT_TRUE(torch::equal(again.latent.at(Role::code), whole.latent.at(Role::code)));
  EXPECT_EQ(again.counts.evaluations, 40);
  EXPECT_TRUE(torch::equal(again.mean(), whole.mean()));
  EXPECT_EQ(error_text<ConfigError>([&] {
              joined({part({0}), part({1, 0})});
            }),
            "parts of a run must hold each chain once, but image 1, chain 1 occurs twice");
}

TEST(Reconstruction, ResultsByImageNeedEqualNumbersOfChains) {
  const Reconstruction uneven = of({{0, 0}, {0, 1}, {1, 0}, {2, 0}}, 1);
  EXPECT_EQ(error_text<ConfigError>([&] { uneven.last(); }),
            "results by image need as many chains of each image as of the others");
  EXPECT_EQ(uneven.mean().size(0), 3);  // which means do not
  EXPECT_EQ(of(row_keys(2, 3), 1).last().sizes(), (torch::IntArrayRef{2, 3, 1, 1, 1}));
}

}  // namespace
}  // namespace sgilo
