#include "sgilo/experiments/theory/contraction.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "sgilo/theory/contraction.h"
#include "sgilo/theory/starts.h"

namespace sgilo {
namespace {

constexpr double kStepSize = 0.5;

// |F(x) - F(y)| / |x - y| of each row for F = id - eta grad L.
Tensor contraction_of(const PopulationLandscape& landscape, const Tensor& x, const Tensor& y) {
  const Tensor moved = x - y - kStepSize * (landscape.gradient(x) - landscape.gradient(y));
  return moved.norm(2, 1) / (x - y).norm(2, 1);
}

// Uniform in the ball of a radius around x*.
Tensor in_the_ball(double radius, std::int64_t count, std::int64_t dimension,
                   const RandomStreams& streams) {
  const Tensor direction =
      random_directions(count, dimension, streams.child("direction"), torch::kFloat64);
  const Tensor share = streams.child("radius").uniform({count, 1}).to(torch::kFloat64);
  return true_latent(dimension, torch::kFloat64) +
         radius * share.pow(1 / static_cast<double>(dimension)) * direction;
}

// Two points about the place of least curvature, a little apart along its direction.
std::array<Tensor, 2> worst_pair(const LeastCurvature& least) {
  const double r = least.at.radius, c = std::cos(least.at.angle), s = std::sin(least.at.angle);
  const double small = 1e-5;
  const auto row = [](double a, double b, double across) {
    return torch::tensor({a, b, across}, torch::kFloat64).unsqueeze(0);
  };
  const Tensor x = row(r * c, r * s, 0);
  const Tensor step = least.towards ? row(-s, c, 0) : row(0, 0, 1);
  return {x - small * step, x + small * step};
}

void check_contraction(TheoryRun& run) {
  const std::int64_t dimension = run.options().dimension;
  for (const int depth : {run.options().depth, run.options().depth + 1})
    for (const double radius : {0.1, 0.3, 0.5}) {
      const PopulationLandscape landscape(depth);
      const RandomStreams streams =
          run.streams("D11")
              .child(static_cast<std::uint64_t>(depth))
              .child(static_cast<std::uint64_t>(std::lround(100 * radius)));
      const Tensor x = in_the_ball(radius, 20000, dimension, streams.child("x"));
      const Tensor y = in_the_ball(radius, 20000, dimension, streams.child("y"));
      const LeastCurvature least = least_curvature(landscape, radius);
      const std::string instance = concat("d = ", depth, ", R = ", radius);
      const auto seen = [&](const Tensor& a, const Tensor& b) {
        return contraction_of(landscape, a, b).max().item<double>();
      };
      run.add(check_at_most("D11", instance + ", 20000 pairs",
                            contraction_bound(kStepSize, 1, least.value), seen(x, y)));
      const auto [a, b] = worst_pair(least);
      run.add(check_within("D11", instance + ", worst pair: 1 - eta mu",
                           1 - kStepSize * least.value, seen(a, b), 1e-6));
    }
}

void check_folded_normals(TheoryRun& run) {
  double violation = 0;
  for (int i = 0; i <= 200; ++i) {
    const double x = 6.0 * i / 200;
    double before = folded_normal_cdf(x, 0, 1);
    for (int j = 1; j <= 200; ++j) {
      const double mean = 6.0 * j / 200, here = folded_normal_cdf(x, mean, 1);
      violation =
          std::max({violation, here - before, std::abs(here - folded_normal_cdf(x, -mean, 1))});
      before = here;
    }
  }
  run.add(check_at_most("D12", "growth of Pr[|a + z| <= t] in |a|, over a grid", 1e-12, violation));
}

}  // namespace

void contraction_checks(TheoryRun& run) {
  if (run.checks("D11")) check_contraction(run);
  if (run.checks("D12")) check_folded_normals(run);
}

}  // namespace sgilo
