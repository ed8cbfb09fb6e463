#include "sgilo/theory/potential.h"

#include <cmath>
#include <numbers>

#include "sgilo/core/error.h"
#include "sgilo/sampling/langevin.h"
#include "sgilo/theory/chains.h"
#include "sgilo/theory/polar_grid.h"

namespace sgilo {
namespace {

constexpr std::int64_t kWeightGridRadii = 401, kWeightGridAngles = 1201;

// phi h^{r0, 3 r0/2} 1[t >= pi/2].
double bump_value(PotentialForm form, PolarPoint x, double r0) {
  if (2 * x.angle < std::numbers::pi) return 0;
  const double cosine = std::cos(x.angle),
               phi = form == PotentialForm::paper ? -cosine : cosine * cosine;
  return phi * smooth_step(x.radius, r0, 1.5 * r0).value;
}

PolarDerivatives bump_derivatives(PotentialForm form, PolarPoint x, double r0) {
  if (2 * x.angle < std::numbers::pi || x.radius <= r0) return {};
  struct {
    double value, first, second, cotangent_first;  // phi, phi', phi'', cot(t) phi'
  } phi;
  const double cosine = std::cos(x.angle), sine = std::sin(x.angle);
  if (form == PotentialForm::paper)
    phi = {.value = -cosine, .first = sine, .second = cosine, .cotangent_first = cosine};
  else
    phi = {.value = cosine * cosine,
           .first = -2 * cosine * sine,
           .second = 2 - 4 * cosine * cosine,
           .cotangent_first = -2 * cosine * cosine};
  const SmoothStep h = smooth_step(x.radius, r0, 1.5 * r0);
  return {.radius = phi.value * h.first,
          .angle = phi.first * h.value,
          .radius_radius = phi.value * h.second,
          .angle_angle = phi.second * h.value,
          .radius_angle = phi.first * h.first,
          .cotangent_angle = phi.cotangent_first * h.value};
}

double inner_product(const PolarDerivatives& f, const PolarDerivatives& g, double radius) {
  return f.radius * g.radius + f.angle * g.angle / (radius * radius);
}

PolarDerivatives sum(const PolarDerivatives& f, double weight, const PolarDerivatives& g) {
  return {.radius = f.radius + weight * g.radius,
          .angle = f.angle + weight * g.angle,
          .radius_radius = f.radius_radius + weight * g.radius_radius,
          .angle_angle = f.angle_angle + weight * g.angle_angle,
          .radius_angle = f.radius_angle + weight * g.radius_angle,
          .cotangent_angle = f.cotangent_angle + weight * g.cotangent_angle};
}

}  // namespace

double sufficient_potential_weight(const PopulationLandscape& landscape) {
  const double r0 = landscape.saddle_radius() / 2;
  return r0 * r0 / 16;
}

double largest_potential_weight(const SmoothedLandscape& landscape, PotentialForm form) {
  // Where the bump is flat in r its gradient never points against that of L.
  const double r0 = landscape.inner_radius();
  const PolarGrid ramp{.least_radius = r0,
                       .most_radius = 1.5 * r0,
                       .radii = kWeightGridRadii,
                       .angles = kWeightGridAngles};
  const auto found = grid_maxima(ramp, 1, [&](PolarPoint x, std::span<double> maxima) {
    const PolarDerivatives f = landscape.derivatives(x);
    const double product = inner_product(f, bump_derivatives(form, x, r0), x.radius);
    // |grad Lhat|^2 / 2 + lambda product >= 0.
    if (product < 0)
      maxima[0] = std::fmax(maxima[0], -2 * product / gradient_norm_squared(f, x.radius));
  });
  return 1 / found[0];
}

double default_potential_weight(const PopulationLandscape& landscape) {
  switch (landscape.depth()) {
    case 2:
      return 0.00235;
    case 3:
      return 0.0057;
    case 4:
      return 0.0085;
    default:
      return sufficient_potential_weight(landscape);
  }
}

Potential::Potential(const SmoothedLandscape& landscape, PotentialForm form, double weight)
    : landscape_(landscape), form_(form), weight_(weight) {
  if (!(weight > 0))
    throw ConfigError(concat("the potential's weight must be positive, but is ", weight));
}

double Potential::value(PolarPoint x) const {
  return landscape_.loss(x) + weight_ * bump_value(form_, x, landscape_.inner_radius());
}

Tensor Potential::value(const Tensor& x) const {
  const Tensor points = polar_of(x);
  Tensor out = torch::empty({points.size(0)}, torch::kFloat64);
  const double* point = points.data_ptr<double>();
  double* values = out.data_ptr<double>();
  for (std::int64_t i = 0; i < points.size(0); ++i)
    values[i] = value({point[2 * i], point[2 * i + 1]});
  return out;
}

Potential::Slopes Potential::slopes(PolarPoint x) const {
  const PolarDerivatives f = landscape_.derivatives(x);
  const PolarDerivatives v = sum(f, weight_, bump_derivatives(form_, x, landscape_.inner_radius()));
  return {v, inner_product(f, v, x.radius)};
}

double Potential::generator(PolarPoint x, std::int64_t dimension,
                            double inverse_temperature) const {
  return diffusion_generator(slopes(x), x.radius, dimension, inverse_temperature);
}

double diffusion_generator(const Potential::Slopes& slopes, double radius, std::int64_t dimension,
                           double inverse_temperature) {
  return laplacian(slopes.potential, radius, dimension) - inverse_temperature * slopes.descent;
}

Drift one_step_drift(const Potential& potential, PolarPoint x, std::int64_t dimension,
                     double inverse_temperature, double step_size, std::int64_t pairs,
                     const RandomStreams& streams) {
  Tensor start = torch::zeros({1, dimension}, torch::kFloat64);
  start[0][0] = x.radius * std::cos(x.angle);
  start[0][1] = x.radius * std::sin(x.angle);
  const Tensor force = -potential.landscape().gradient(start);
  const double before = potential.value(x);
  const Tensor changes = torch::empty({pairs}, torch::kFloat64);
  for_each_group(
      pairs, streams, [&](std::int64_t first, std::int64_t count, const RandomStreams& group) {
        const Tensor noise = normal_of(group, {count, dimension}, torch::kFloat64);
        const auto after = [&](const Tensor& signed_noise) {
          return potential.value(
              langevin_step(start, force, signed_noise, step_size, inverse_temperature));
        };
        changes.narrow(0, first, count).copy_((after(noise) + after(-noise)) / 2 - before);
      });
  return {changes.mean().item<double>(),
          changes.std().item<double>() / std::sqrt(static_cast<double>(pairs))};
}

}  // namespace sgilo
