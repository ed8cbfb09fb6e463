#include "sgilo/experiments/theory/landscape_figures.h"

#include <cmath>
#include <numbers>

#include "sgilo/core/error.h"
#include "sgilo/core/shape.h"
#include "sgilo/experiments/theory/equal_steps.h"
#include "sgilo/experiments/theory/latent_pairs.h"
#include "sgilo/theory/angle_map.h"
#include "sgilo/theory/population_landscape.h"
#include "sgilo/theory/random_relu_network.h"

namespace sgilo {
namespace {

constexpr double kPi = std::numbers::pi;

// A plane through the axis of x*: a along it, b across.
const FigureAxis kAlong{.label = "a (along x*)", .least = -1.2, .most = 1.8};
const FigureAxis kAcross{.label = "b (across)", .least = -1.2, .most = 1.2};

// a e_1 + b w for all a and b, b slower: [b a, n].
Tensor plane_points(const std::vector<double>& a, const std::vector<double>& b,
                    const Tensor& across) {
  const Tensor along = torch::eye(across.size(0), torch::kFloat64)[0];
  return (torch::tensor(b, torch::kFloat64).view({-1, 1, 1}) * across +
          torch::tensor(a, torch::kFloat64).view({1, -1, 1}) * along)
      .reshape({-1, across.size(0)});
}

using Field = std::function<Tensor(const Tensor& x)>;

Panel loss_panel(std::string title, const Tensor& across, const Field& loss,
                 const Field& gradient) {
  Panel panel{std::move(title), kAlong, kAcross};
  panel.equal_units = true;
  HeatMap map;
  map.label = "loss";
  map.x = equal_steps(kAlong.least, kAlong.most, 301);
  map.y = equal_steps(kAcross.least, kAcross.most, 241);
  map.values = loss(plane_points(map.x, map.y, across))
                   .view({static_cast<std::int64_t>(map.y.size()), -1})
                   .to(torch::kFloat64);
  map.least = 0;
  map.most = 1.2;
  map.contours = {0.02, 0.1, 0.2, 0.3, 0.4, 0.45, 0.5, 0.6, 0.8, 1};
  panel.map = std::move(map);

  const std::vector<double> a = equal_steps(-1.1, 1.7, 15), b = equal_steps(-1.1, 1.1, 12);
  const Tensor force = -gradient(plane_points(a, b, across)).to(torch::kFloat64);
  const Tensor along = force.select(1, 0), beside = force.mv(across);
  std::int64_t row = 0;
  for (const double y : b)
    for (const double x : a) {
      const double dx = along[row].item<double>(), dy = beside[row].item<double>();
      ++row;
      // Long where steep, but none longer than the arrows stand apart.
      const double scale = 0.18 / (0.3 + std::hypot(dx, dy));
      panel.arrows.x.push_back(x);
      panel.arrows.y.push_back(y);
      panel.arrows.dx.push_back(scale * dx);
      panel.arrows.dy.push_back(scale * dy);
    }
  return panel;
}

}  // namespace

Figure landscape_figure(const TheoryRun& run) {
  const TheoryOptions& options = run.options();
  const RandomStreams streams = run.streams("figure 1");
  const PopulationLandscape landscape(options.depth);
  const RandomReluNetwork network(options.widths, options.measurements, streams.child("network"), 1,
                                  torch::kFloat64);
  Tensor across = streams.child("across").normal({network.dimension()}).to(torch::kFloat64);
  across[0] = 0;
  across /= across.norm();

  Panel limit = loss_panel(
      concat("Limit of wide networks, d = ", options.depth),
      torch::tensor({0.0, 1.0}, torch::kFloat64),
      [&](const Tensor& x) { return landscape.loss(x); },
      [&](const Tensor& x) { return landscape.gradient(x); });
  Panel real = loss_panel(
      concat("One random network, ", network.describe()), across,
      [&](const Tensor& x) { return network.loss(x); },
      [&](const Tensor& x) { return network.gradient(x); });
  limit.marks = {{1, 0, "x*"}, {-landscape.saddle_radius(), 0, "−ρx*"}, {0, 0, "0"}};
  const double real_saddle =
      PopulationLandscape(static_cast<int>(options.widths.size()) - 1).saddle_radius();
  real.marks = {{1, 0, "x*"}, {-real_saddle, 0, "−ρx*"}, {0, 0, "0"}};
  return {
      "figure_01_landscape",
      "The loss around the true latent x*",
      concat("Loss and descent directions around the minimum x*, the cone at 0 and the degenerate "
             "saddle −ρx*, ρ = ",
             number_text(landscape.saddle_radius(), 4),
             ". Right: the loss of one random network in the plane of x* and a random direction, "
             "without "
             "the symmetry about x* that it has in the limit."),
      {std::move(limit), std::move(real)},
      0,
      540,
      430};
}

Figure angle_map_figure(const TheoryRun& run) {
  constexpr std::int64_t kPairs = 120;
  const TheoryOptions& options = run.options();
  const RandomStreams streams = run.streams("figure 2");
  Panel map{.title = "Angles through d layers",
            .x = {.label = "angle between latents (°)", .least = 0, .most = 180},
            .y = {.label = "angle between images (°)", .least = 0, .most = 100}};
  map.legend = "bottom right";
  const std::vector<double> angles = equal_steps(0, kPi, 181);
  for (const int depth : {1, 2, 3, 4, 6, 8}) {
    Curve curve{concat("d = ", depth)};
    for (const double angle : angles) {
      curve.x.push_back(angle * 180 / kPi);
      curve.y.push_back(angle_terms(angle, depth).output_angle * 180 / kPi);
    }
    map.curves.push_back(std::move(curve));
  }

  const RandomReluNetwork network(options.widths, options.measurements, streams.child("network"), 1,
                                  torch::kFloat64);
  const std::vector<double> spread = equal_steps(0.02, kPi - 0.02, kPairs);
  const auto [x, y] = pairs_at_angles(torch::tensor(spread, torch::kFloat64).unsqueeze(1),
                                      network.dimension(), streams);
  const Tensor seen = angles_between(network.apply(x), network.apply(y));
  Curve scatter{concat("network ", shape_text(network.widths())), CurveStyle::points};
  for (std::int64_t i = 0; i < kPairs; ++i) {
    scatter.x.push_back(spread[static_cast<std::size_t>(i)] * 180 / kPi);
    scatter.y.push_back(seen[i].item<double>() * 180 / kPi);
  }
  map.curves.push_back(std::move(scatter));

  Panel saddle{.title = "Radius of the saddle",
               .x = {.label = "depth d (layers)"},
               .y = {.label = "ρ_d", .least = 0, .most = 1}};
  Curve radii{"ρ_d", CurveStyle::line_and_points};
  radii.in_legend = false;
  for (int depth = 1; depth <= 16; ++depth) {
    radii.x.push_back(depth);
    radii.y.push_back(1 - angle_terms(kPi, depth).one_minus_cosine);
  }
  saddle.curves.push_back(std::move(radii));
  return {
      "figure_02_angle_map",
      "What d random layers do to angles",
      "Each layer maps the angle by g, which pulls all images together; opposite latents end at "
      "the angle whose cosine is the radius ρ of the saddle.",
      {std::move(map), std::move(saddle)},
      0,
      480,
      480};
}

}  // namespace sgilo
