// The population landscape against differences,
// its stationary points, and where it is steep and convex.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include "sgilo/core/error.h"
#include "sgilo/experiments/theory/landscape_figures.h"
#include "sgilo/theory/angle_map.h"
#include "sgilo/theory/polar_grid.h"
#include "sgilo/theory/smoothed_landscape.h"

namespace sgilo {
namespace {

constexpr double kPi = std::numbers::pi;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::string depth_text(int depth) { return concat("d = ", depth); }

// The depths of a statement, and that of the options.
std::vector<int> with_depth_of(const TheoryRun& run, std::vector<int> depths) {
  if (std::find(depths.begin(), depths.end(), run.options().depth) == depths.end())
    depths.push_back(run.options().depth);
  return depths;
}

double largest(const Tensor& differences) { return differences.abs().max().item<double>(); }

// L1. Central differences in each coordinate, of the loss and of the gradient.
void check_differences(TheoryRun& run) {
  constexpr std::int64_t kPoints = 200, kDimension = 5;
  constexpr double kStep = 1e-5;
  const Tensor x = run.streams("L1").normal({kPoints, kDimension}).to(torch::kFloat64);
  const Tensor steps = kStep * torch::eye(kDimension, torch::kFloat64);
  const Tensor ahead = (x.unsqueeze(1) + steps).view({-1, kDimension}),
               behind = (x.unsqueeze(1) - steps).view({-1, kDimension});
  const Tensor points = polar_of(x), radius = points.select(1, 0);
  for (const int depth : with_depth_of(run, {2, 3, 5})) {
    const PopulationLandscape landscape(depth);
    const Tensor slopes =
        ((landscape.loss(ahead) - landscape.loss(behind)) / (2 * kStep)).view({kPoints, -1});
    run.add(check_at_most("L1", concat(depth_text(depth), ", gradient"), 1e-7,
                          largest(landscape.gradient(x) - slopes)));

    const Tensor rows = ((landscape.gradient(ahead) - landscape.gradient(behind)) / (2 * kStep))
                            .view({kPoints, kDimension, kDimension});
    const Tensor seen = torch::linalg_eigvalsh((rows + rows.transpose(1, 2)) / 2);
    Tensor expected = torch::empty_like(seen), paper_slope = torch::empty_like(radius);
    for (std::int64_t i = 0; i < kPoints; ++i) {
      const PolarPoint point{points[i][0].item<double>(), points[i][1].item<double>()};
      const auto [radial, towards, across] = landscape.curvatures(point);
      const std::vector<double> all{radial, towards, across, across, across};
      expected[i] = std::get<0>(torch::tensor(all, torch::kFloat64).sort());
      paper_slope[i] = point.radius * std::cos(angle_terms(point.angle, depth).output_angle);
    }
    run.add(check_at_most("L1", concat(depth_text(depth), ", eigenvalues of the Hessian"), 1e-7,
                          largest(seen - expected)));
    if (depth == run.options().depth)
      run.add(refuting(
          check_at_least("L1", concat(depth_text(depth), ", error of L_r = r cos t_d, as printed"),
                         0.1, largest((slopes * x).sum(1) / radius - paper_slope))));
  }
}

// L2.
void check_angle_map(TheoryRun& run) {
  constexpr int kAngles = 200000;
  double smallest_rise = kInfinity, excess = -kInfinity, curvature = -kInfinity;
  double least_slope = kInfinity, most_slope = -kInfinity, last = 0;
  for (int i = 1; i <= kAngles; ++i) {
    const double angle = kPi * i / kAngles, mapped = angle_map(angle);
    const double slope = angle_map_derivative(angle);
    smallest_rise = std::min(smallest_rise, mapped - last);
    excess = std::max(excess, mapped - angle);
    least_slope = std::min(least_slope, slope);
    most_slope = std::max(most_slope, slope);
    curvature = std::max(curvature, angle_map_second_derivative(angle));
    last = mapped;
  }
  run.add(refuting(check_at_least("L2", "smallest step of g upwards (printed: g decreases)",
                                  std::numeric_limits<double>::min(), smallest_rise)));
  run.add(check_at_most("L2", "largest g(t) - t", 0, excess));
  run.add(
      check_true("L2", "range of g'", "in [0, 1]",
                 concat("[", number_text(least_slope, 3), ", ", number_text(most_slope, 7), "]"),
                 least_slope >= 0 && most_slope <= 1));
  run.add(check_at_most("L2", "largest g''", 1e-12, curvature));
  run.add(check_within("L2", "g''(0+) = -2 / (3 pi)", -2 / (3 * kPi),
                       angle_map_second_derivative(1e-6), 1e-5));
  for (const int depth : with_depth_of(run, {2, 3, 5})) {
    double telescoped = 0, cosine = 0;
    for (int i = 0; i <= kAngles; ++i) {
      const double angle = kPi * i / kAngles;
      const AngleTerms terms = angle_terms(angle, depth);
      telescoped = std::max(telescoped,
                            std::abs(std::sin(terms.output_angle) * terms.output_angle_derivative -
                                     terms.q * std::sin(angle)));
      cosine = std::max(
          cosine, std::abs(std::cos(terms.output_angle) - terms.q * std::cos(angle) - terms.p));
    }
    run.add(check_at_most("L2", concat(depth_text(depth), ", error of sin(t_d) t_d' = q sin t"),
                          1e-10, telescoped));
    run.add(check_at_most("L2", concat(depth_text(depth), ", error of cos t_d = q cos t + p"),
                          1e-10, cosine));
  }
}

// Hand and Voroninski's sum for the saddle's radius, term by term.
double hand_voroninski_radius(int depth) {
  std::vector<double> angles{kPi};
  while (static_cast<int>(angles.size()) < depth) angles.push_back(angle_map(angles.back()));
  double sum = 0;
  for (std::size_t i = 0; i < angles.size(); ++i) {
    double term = std::sin(angles[i]) / kPi;
    for (std::size_t j = i + 1; j < angles.size(); ++j) term *= 1 - angles[j] / kPi;
    sum += term;
  }
  return sum;
}

// L3.
void check_stationary_points(TheoryRun& run) {
  for (const int depth : with_depth_of(run, {2, 3, 4, 6})) {
    const PopulationLandscape landscape(depth);
    double angle = kPi;
    for (int layer = 0; layer < depth; ++layer) angle = angle_map(angle);
    const double radius = landscape.saddle_radius();
    run.add(check_within("L3", concat(depth_text(depth), ", rho against cos g^{od}(pi)"),
                         std::cos(angle), radius, 1e-14));
    run.add(check_within("L3", concat(depth_text(depth), ", rho against Hand and Voroninski's sum"),
                         hand_voroninski_radius(depth), radius, 1e-14));
    Tensor points = torch::zeros({2, 3}, torch::kFloat64);
    points[0][0] = 1;
    points[1][0] = -radius;
    run.add(check_at_most("L3", concat(depth_text(depth), ", gradient at x* and -rho x*"), 1e-12,
                          largest(landscape.gradient(points))));
  }
}

// The least |grad L| at distance l or more from 0, x* and -rho x*: over a grid, and along the
// circles at distance l, where it lies for small l.
double least_gradient(const PopulationLandscape& landscape, double distance) {
  constexpr double kSlack = 1e-9, kFarthest = 3;
  const std::array centres{0.0, 1.0, -landscape.saddle_radius()};
  const auto see = [&](PolarPoint x, std::span<double> maxima) {
    for (const double centre : centres)
      if (distance_to_axis_point(x, centre) < distance - kSlack) return;
    const double norm = std::sqrt(gradient_norm_squared(landscape.derivatives(x), x.radius));
    maxima[0] = std::max(maxima[0], -norm);
  };
  std::vector<double> found = grid_maxima(
      {.least_radius = distance, .most_radius = kFarthest, .radii = 300, .angles = 301}, 1, see);
  for (const double centre : centres)
    for (const PolarPoint x : half_circle(centre, distance, 20001)) see(x, found);
  return -found[0];
}

// L4.
void check_steepness(TheoryRun& run) {
  struct Known {
    int depth;
    double at_2, at_3;  // at distances 0.2 and 0.3
  };
  for (const auto& [depth, at_2, at_3] :
       {Known{2, 0.0583, 0.114}, Known{3, 0.0158, 0.0347}, Known{4, 0.0069, 0.0156}}) {
    const PopulationLandscape landscape(depth);
    run.add(check_near("L4", concat(depth_text(depth), ", l = 0.2"), at_2,
                       least_gradient(landscape, 0.2), 0.03));
    run.add(check_near("L4", concat(depth_text(depth), ", l = 0.3"), at_3,
                       least_gradient(landscape, 0.3), 0.03));
  }
  for (const int depth : with_depth_of(run, {2, 3, 4}))
    for (const double distance : {0.03, 0.1}) {
      const PopulationLandscape landscape(depth);
      const double turn = distance / landscape.saddle_radius();
      run.add(check_near("L4",
                         concat(depth_text(depth), ", l = ", distance, ": (K / pi) (l / rho)^2"),
                         landscape.saddle_curvature() / kPi * turn * turn,
                         least_gradient(landscape, distance), 0.02));
    }
}

// The radius of the largest ball around x* where
// the smallest curvature is nowhere below a threshold.
double convexity_radius(const PopulationLandscape& landscape, double threshold) {
  constexpr int kRays = 361;
  constexpr double kStep = 1e-3, kFarthest = 1;
  double nearest = kFarthest;
  for (int ray = 0; ray < kRays; ++ray) {
    const double turn = kPi * ray / (kRays - 1);
    const auto below = [&](double distance) {
      const auto [radial, towards, beside] =
          landscape.curvatures(around_axis_point(1, distance, turn));
      return std::min({radial, towards, beside}) < threshold;
    };
    double inside = 0, outside = kStep;
    for (; inside < nearest && !below(outside); outside += kStep) inside = outside;
    if (inside >= nearest) continue;
    for (int halving = 0; halving < 30; ++halving) {
      const double middle = (inside + outside) / 2;
      (below(middle) ? outside : inside) = middle;
    }
    nearest = std::min(nearest, outside);
  }
  return nearest;
}

// L5.
void check_convexity(TheoryRun& run) {
  struct Known {
    int depth;
    std::array<double, 3> radius;  // for curvatures 0.9, 0.5 and 0
  };
  constexpr std::array kCurvatures{0.9, 0.5, 0.0};
  for (const auto& [depth, radius] :
       {Known{2, {0.080, 0.378, 0.599}}, Known{3, {0.055, 0.287, 0.515}},
        Known{4, {0.042, 0.229, 0.454}}, Known{6, {0.0275, 0.163, 0.372}}})
    for (std::size_t i = 0; i < radius.size(); ++i)
      run.add(check_near("L5", concat(depth_text(depth), ", curvature ", kCurvatures[i]), radius[i],
                         convexity_radius(PopulationLandscape(depth), kCurvatures[i]), 0.03));
  for (const int depth : with_depth_of(run, {2, 3, 4, 6}))
    run.add(check_near("L5", concat(depth_text(depth), ", curvature 0.99: pi / (200 d)"),
                       kPi / (200 * depth), convexity_radius(PopulationLandscape(depth), 0.99),
                       0.02));
}

// L6.
void check_laplacian(TheoryRun& run) {
  for (const int depth : with_depth_of(run, {2, 3}))
    for (const std::int64_t dimension : {5, 20, 100}) {
      const PopulationLandscape landscape(depth);
      const double n = static_cast<double>(dimension);
      const auto slack =
          grid_maxima({.least_radius = 0.01, .most_radius = 3, .radii = 300, .angles = 601}, 1,
                      [&](PolarPoint x, std::span<double> maxima) {
                        const PolarDerivatives f = landscape.derivatives(x);
                        const double bound = 2 * x.angle >= kPi ? 2 + (n - 2) * f.radius / x.radius
                                                                : n;  // f.radius = r - cos t_d
                        const double excess = laplacian(f, x.radius, dimension) - bound;
                        maxima[0] = std::max(maxima[0], excess / (1 + std::abs(bound)));
                      });
      run.add(check_at_most(
          "L6", concat(depth_text(depth), ", n = ", dimension, ", relative excess over the bound"),
          1e-12, slack[0]));
    }
}

// L7.
void check_saddle(TheoryRun& run) {
  for (const int depth : with_depth_of(run, {2, 3, 4})) {
    const PopulationLandscape landscape(depth);
    const double radius = landscape.saddle_radius();
    for (const double turn : {0.01, 0.05, 0.1}) {
      const auto [radial, towards, across] = landscape.curvatures({radius, kPi - turn});
      const double expected = -landscape.saddle_curvature() * turn / (kPi * radius);
      run.add(check_near("L7", concat(depth_text(depth), ", u = ", turn, ", across"), expected,
                         across, 0.005));
      run.add(check_near("L7", concat(depth_text(depth), ", u = ", turn, ", towards x*"),
                         2 * expected, towards, 0.005));
    }
    const double at_saddle =
        laplacian(landscape.derivatives({radius, kPi}), radius, run.options().dimension);
    run.add(refuting(
        check_within("L7", concat(depth_text(depth), ", Laplacian at the saddle (printed: 0)"), 1,
                     at_saddle, 1e-12)));
  }
}

// L8.
void check_smoothed(TheoryRun& run) {
  for (const int depth : with_depth_of(run, {2, 3, 4})) {
    const PopulationLandscape landscape(depth);
    const double r0 = landscape.saddle_radius() / 2;
    for (const double height : {0.5, 1.0, 1.5, 2.25, 3.0}) {
      if (height <= 1 && depth > 4) continue;  // deeper, a lower bump is enough
      const SmoothedLandscape smoothed(landscape, height);
      const double steepest = grid_maxima({.least_radius = r0 / 3 * (1 + 1e-6),
                                           .most_radius = r0 * (1 - 1e-6),
                                           .radii = 401,
                                           .angles = 151},
                                          1, [&](PolarPoint x, std::span<double> maxima) {
                                            maxima[0] =
                                                std::max(maxima[0], smoothed.derivatives(x).radius);
                                          })[0];
      const std::string instance =
          concat(depth_text(depth), ", xi = ", height, ", largest Lhat_r on (r0 / 3, r0)");
      run.add(height > 1 ? check_at_most("L8", instance, -1e-6, steepest)
                         : check_at_least("L8", instance, 1e-6, steepest));
    }
    const SmoothedLandscape smoothed(landscape);
    const double gentlest = -grid_maxima(
        {.least_radius = r0 / 10, .most_radius = r0, .radii = 901, .angles = 301}, 1,
        [&](PolarPoint x, std::span<double> maxima) {
          const double norm = std::sqrt(gradient_norm_squared(smoothed.derivatives(x), x.radius));
          maxima[0] = std::max(maxima[0], -norm);
        })[0];
    run.add(
        check_near("L8",
                   concat(depth_text(depth),
                          ", least |grad Lhat| on [r0 / 10, r0]: r0, where it meets L behind 0"),
                   r0, gentlest, 1e-3));
    const std::int64_t dimension = run.options().dimension;
    run.add(check_near("L8", concat(depth_text(depth), ", Laplacian near 0: -4 xi n / r0^2"),
                       -4 * smoothed.height() * static_cast<double>(dimension) / (r0 * r0),
                       laplacian(smoothed.derivatives({r0 / 5, 1}), r0 / 5, dimension), 1e-9));

    const PolarPoint x{0.4 * r0, 2};
    const double step = 1e-4 * r0;
    const double difference = (smoothed.loss({x.radius + step, x.angle}) - 2 * smoothed.loss(x) +
                               smoothed.loss({x.radius - step, x.angle})) /
                              (step * step);
    const double second = smoothed.derivatives(x).radius_radius;
    const double bend = smooth_step(x.radius, r0 / 3, 2 * r0 / 3).second;
    run.add(check_near("L8", concat(depth_text(depth), ", Lhat_rr against differences"), difference,
                       second, 1e-5));
    run.add(refuting(check_at_least(
        "L8",
        concat(depth_text(depth), ", relative error of Lhat_rr without the factor L, as printed"),
        0.1,
        std::abs(second + bend * (1 - landscape.loss(x)) - difference) / std::abs(difference))));
  }
}

// L9.
void check_flip(TheoryRun& run) {
  constexpr int kAngles = 20001;  // an even number of steps: a right angle is a point of the grid
  for (const int depth : with_depth_of(run, {2, 3, 5})) {
    const PopulationLandscape landscape(depth);
    int wrong = 0;
    for (int i = 0; i < kAngles; ++i) {
      const double angle = kPi * i / (kAngles - 1);
      if (2 * i == kAngles - 1) continue;
      const bool flipped_is_lower =
          landscape.loss({1, kPi - angle}) < landscape.loss(PolarPoint{1, angle});
      wrong += flipped_is_lower != (2 * angle > kPi);
    }
    run.add(
        check_at_most("L9", concat(depth_text(depth), ", angles where it is not so"), 0, wrong));
  }
}

}  // namespace

void landscape_experiment(TheoryRun& run) {
  using Statement = std::pair<std::string_view, void (*)(TheoryRun&)>;
  for (const auto& [id, check] :
       {Statement{"L1", check_differences}, Statement{"L2", check_angle_map},
        Statement{"L3", check_stationary_points}, Statement{"L4", check_steepness},
        Statement{"L5", check_convexity}, Statement{"L6", check_laplacian},
        Statement{"L7", check_saddle}, Statement{"L8", check_smoothed},
        Statement{"L9", check_flip}})
    if (run.checks(id) && !run.stopped()) check(run);
  if (run.stopped()) return;
  run.add(landscape_figure(run));
  run.add(angle_map_figure(run));
}

}  // namespace sgilo
