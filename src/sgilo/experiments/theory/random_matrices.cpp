// What random matrices of finite size do (SGILO Definitions A.1 and A.2, B.2): the constants of the
// weight distribution condition and the restricted isometry, norms and angles in networks, and how
// fast all of them come to their limits.
#include <cmath>
#include <numbers>

#include "sgilo/core/error.h"
#include "sgilo/core/shape.h"
#include "sgilo/experiments/theory/average.h"
#include "sgilo/experiments/theory/latent_pairs.h"
#include "sgilo/experiments/theory/network_loss.h"
#include "sgilo/experiments/theory/network_scan.h"
#include "sgilo/experiments/theory/theory_run.h"
#include "sgilo/theory/angle_map.h"
#include "sgilo/theory/random_relu_network.h"
#include "sgilo/theory/restricted_isometry.h"
#include "sgilo/theory/weight_distribution.h"

namespace sgilo {
namespace {

constexpr double kPi = std::numbers::pi;

double root_mean_square(const Tensor& x) {
  return std::sqrt(average(x.to(torch::kFloat64).square()));
}

// Slope of log y against log x by least squares.
double power_of(const std::vector<double>& x, const std::vector<double>& y) {
  const Tensor u = torch::tensor(x, torch::kFloat64).log(),
               v = torch::tensor(y, torch::kFloat64).log();
  const Tensor centred = u - u.mean();
  return (centred.dot(v) / centred.dot(centred)).item<double>();
}

Curve points(std::string label, int colour, std::vector<double> x, std::vector<double> y) {
  Curve curve;
  curve.colour = colour;
  curve.label = std::move(label);
  curve.style = CurveStyle::line_and_points;
  curve.x = std::move(x);
  curve.y = std::move(y);
  return curve;
}

// factor x^power over the range of x.
Curve power_law(std::string label, int colour, const std::vector<double>& x, double factor,
                double power) {
  Curve curve;
  curve.colour = colour;
  curve.label = std::move(label);
  curve.style = CurveStyle::dashed;
  for (const double at : {x.front(), x.back()}) {
    curve.x.push_back(at);
    curve.y.push_back(factor * std::pow(at, power));
  }
  return curve;
}

// W1: layers of growing expansion rows / columns, several of each.
Panel weight_distribution(TheoryRun& run) {
  constexpr std::int64_t kPairs = 300;
  constexpr int kLayers = 4;
  const std::vector<double> expansions{4, 10, 30, 100, 300};
  Panel panel;
  panel.title = "weight distribution condition";
  panel.x = {"expansion n_i / n_{i-1} of a layer", AxisScale::logarithmic};
  panel.y = {"constant, at least", AxisScale::logarithmic};
  for (const std::int64_t columns : {10, 20}) {
    std::vector<double> bounds;
    for (const double expansion : expansions) {
      const auto rows = static_cast<std::int64_t>(expansion) * columns;
      const RandomStreams streams = run.streams("W1")
                                        .child("columns", static_cast<std::uint64_t>(columns))
                                        .child("rows", static_cast<std::uint64_t>(rows));
      double bound = 0;
      for (std::uint64_t i = 0; i < kLayers; ++i) {
        const RandomStreams own = streams.child(i);
        const Tensor weights =
            own.child("weights").normal({rows, columns}) / std::sqrt(static_cast<double>(rows));
        bound += weight_distribution_bound(weights, kPairs, own.child("pairs")) / kLayers;
      }
      bounds.push_back(bound);
    }
    run.add(check_between("W1", concat("power of the expansion, n_{i-1} = ", columns), -0.65, -0.35,
                          power_of(expansions, bounds)));
    panel.curves.push_back(
        points(concat("n_{i-1} = ", columns), columns == 10 ? 0 : 1, expansions, bounds));
  }
  panel.curves.push_back(power_law("1.9 / √expansion", 2, expansions, 1.9, -0.5));
  return panel;
}

// W2: differences of images under several A of each number of rows.
// Over A, the mean square of each error is known.
Panel restricted_isometry(TheoryRun& run) {
  constexpr std::int64_t kMatrices = 16, kQuadruples = 2000 / kMatrices;
  const std::vector<double> measurements{25, 50, 100, 200, 400, 800};
  const RandomStreams streams = run.streams("W2");
  const RandomReluNetwork network(run.options().widths, 0, streams.child("network"));
  const auto images = [&](const RandomStreams& own, std::uint64_t place) {
    return network.apply(own.child("latents", place).normal({kQuadruples, network.dimension()}));
  };
  std::vector<double> pairs, diagonal;
  for (const double m : measurements) {
    const auto rows = static_cast<std::int64_t>(m);
    std::vector<Tensor> errors, units, own_errors;
    for (std::uint64_t i = 0; i < kMatrices; ++i) {
      const RandomStreams own = streams.child("rows", static_cast<std::uint64_t>(rows)).child(i);
      const Tensor u_all = images(own, 1) - images(own, 2), v_all = images(own, 3) - images(own, 4);
      // Narrow networks map some latents to 0; of no difference there is nothing to keep.
      const Tensor differ = ((u_all.norm(2, 1) > 0) & (v_all.norm(2, 1) > 0)).nonzero().squeeze(1);
      const Tensor u = u_all.index_select(0, differ), v = v_all.index_select(0, differ);
      const Tensor matrix =
          own.child("matrix").normal({rows, network.widths().back()}) / std::sqrt(m);
      errors.push_back(isometry_error(matrix, u, v));
      units.push_back(errors.back() / isometry_error_std(rows, u, v));
      own_errors.push_back(isometry_error(matrix, u, u));
    }
    pairs.push_back(root_mean_square(torch::cat(errors)));
    diagonal.push_back(root_mean_square(torch::cat(own_errors)));
    run.add(check_near("W2", concat("m = ", rows, ", in units of sqrt((1 + cos^2) / m)"), 1,
                       root_mean_square(torch::cat(units)), 0.15));
    run.add(check_near("W2", concat("m = ", rows, ", u = v, in units of sqrt(2 / m)"), 1,
                       diagonal.back() * std::sqrt(m / 2), 0.15));
  }
  Panel panel;
  panel.title = "restricted isometry";
  panel.x = {"measurements m", AxisScale::logarithmic};
  panel.y = {"root mean square error", AxisScale::logarithmic};
  panel.curves = {points("⟨Au, Av⟩", 0, measurements, pairs),
                  power_law("1 / √m", 0, measurements, 1, -0.5),
                  points("|Au|²", 1, measurements, diagonal),
                  power_law("√(2 / m)", 1, measurements, std::sqrt(2.0), -0.5)};
  return panel;
}

// Pairs at angles that are uniform in [0, pi].
std::pair<Tensor, Tensor> pairs_of_latents(std::int64_t count, std::int64_t dimension,
                                           const RandomStreams& streams, torch::ScalarType type) {
  return pairs_at_angles(kPi * streams.child("angle").uniform({count, 1}).to(type), dimension,
                         streams);
}

struct LimitErrors {
  double inverse_width = 0;  // sum 1 / n_i
  double angle = 0;          // mean |angle(G x, G y) - g^{od}|
  double norm_square = 0;    // mean of (|G x|^2 / |x|^2 - 1)^2
  double norm_variance = 0;  // its expectation, prod (1 + 5 / n_i) - 1
};

LimitErrors limit_errors(const Shape& widths, int networks, const RandomStreams& streams) {
  constexpr std::int64_t kPairs = 400;
  LimitErrors out;
  double product = 1;
  for (std::size_t i = 1; i < widths.size(); ++i) {
    out.inverse_width += 1 / static_cast<double>(widths[i]);
    product *= 1 + 5 / static_cast<double>(widths[i]);
  }
  out.norm_variance = product - 1;
  for (int i = 0; i < networks; ++i) {
    const RandomStreams own = streams.child(static_cast<std::uint64_t>(i));
    const RandomReluNetwork network(widths, 0, own.child("network"));
    const auto [x, y] = pairs_of_latents(kPairs, widths[0], own, torch::kFloat32);
    const Tensor gx = network.apply(x), gy = network.apply(y);
    Tensor expected = angles_between(x, y).to(torch::kFloat64);
    for (double* angle = expected.data_ptr<double>(); angle != expected.data_ptr<double>() + kPairs;
         ++angle)
      *angle = angle_terms(*angle, static_cast<int>(widths.size()) - 1).output_angle;
    out.angle += average((angles_between(gx, gy) - expected).abs()) / networks;
    out.norm_square += average((gx.square().sum(1) - 1).square()) / networks;
  }
  return out;
}

// For one layer the mean over its weights is exact at any width:
// E <relu(c W x), relu(c W y)> = |x| |y| cos g(t).
void check_one_layer(TheoryRun& run) {
  constexpr std::int64_t kDraws = 4000, kWidth = 20, kDimension = 10;
  const RandomStreams streams = run.streams("W3").child("one layer");
  const auto [x, y] = pairs_of_latents(1, kDimension, streams, torch::kFloat64);
  const Tensor weights =
      streams.child("weights").normal({kDraws * kWidth, kDimension}).to(torch::kFloat64) *
      std::sqrt(2.0 / kWidth);
  const Tensor products =
      (weights.mm(x.t()).relu() * weights.mm(y.t()).relu()).reshape({kDraws, kWidth}).sum(1);
  const double expected = std::cos(angle_map(angles_between(x, y).item<double>()));
  const double error = products.std().item<double>() / std::sqrt(static_cast<double>(kDraws));
  run.add(check_within("W3", concat("E <Gx, Gy> of one layer of width ", kWidth), expected,
                       average(products), 5 * error));
}

// W3; adds the angles' errors to the panel.
void norms_and_angles(TheoryRun& run, Panel& panel) {
  const RandomStreams streams = run.streams("W3");
  std::vector<double> size, angle;
  double norms = 0;
  const std::vector<std::pair<Shape, int>> networks{
      {{10, 100, 400}, 16}, {{10, 500, 2000}, 8}, {{10, 2000, 8000}, 2}};
  for (const auto& [widths, count] : networks) {
    const LimitErrors errors =
        limit_errors(widths, count, streams.child("width", static_cast<std::uint64_t>(widths[1])));
    size.push_back(errors.inverse_width);
    angle.push_back(errors.angle);
    norms += errors.norm_square / errors.norm_variance / static_cast<double>(networks.size());
  }
  run.add(check_between("W3", "power of 1 / width in the error of angles", 0.35, 0.65,
                        power_of(size, angle)));
  const Shape three_layers{10, 200, 800, 3000};
  const LimitErrors deep = limit_errors(three_layers, 8, streams.child("three layers"));
  run.add(check_near("W3",
                     concat(shape_text(three_layers), ", error of angles, in units of sqrt(S)"),
                     0.33, deep.angle / std::sqrt(deep.inverse_width), 0.3));
  run.add(check_near("W3", "error of norms, in units of sqrt(prod(1 + 5 / n_i) - 1)", 1,
                     std::sqrt(norms), 0.3));
  check_one_layer(run);
  panel.curves.push_back(points("angle (A = I)", 2, size, angle));
}

}  // namespace

void random_matrices_experiment(TheoryRun& run) {
  std::vector<Panel> panels;
  if (run.checks("W1")) panels.push_back(weight_distribution(run));
  if (run.stopped()) return;
  if (run.checks("W2")) {
    panels.push_back(restricted_isometry(run));
  }
  if (run.stopped()) return;
  Panel limit;
  limit.title = "distance to the population landscape";
  limit.x = {"S = Σ 1 / n_i + 1 / m", AxisScale::logarithmic};
  limit.y = {.label = "error", .scale = AxisScale::logarithmic, .least = 0.003, .most = 3};
  const PopulationDeviation deviation = network_loss(run);
  if (!deviation.loss.empty()) {
    const auto& size = deviation.inverse_size;
    limit.curves = {points("gradient / (1 + |z|)", 0, size, deviation.gradient),
                    power_law("1.75 √S", 0, size, 1.75, 0.5),
                    points("loss", 1, size, deviation.loss),
                    power_law("1.2 √S", 1, size, 1.2, 0.5)};
  }
  if (run.stopped()) return;
  if (run.checks("W3")) norms_and_angles(run, limit);
  if (!limit.curves.empty()) panels.push_back(limit);
  if (panels.empty()) return;
  Figure figure;
  figure.name = "figure_03_width_law";
  figure.title = "Random matrices come to their limits like one over the root of their size";
  figure.caption =
      "Lower bounds of the weight distribution condition's constant, errors of the restricted "
      "isometry on differences of images, and how far networks are from the population landscape.";
  figure.panels = std::move(panels);
  run.add(std::move(figure));
}

}  // namespace sgilo
