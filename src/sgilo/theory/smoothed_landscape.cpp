#include "sgilo/theory/smoothed_landscape.h"

#include <cmath>

#include "sgilo/core/error.h"
#include "sgilo/theory/angle_map.h"

namespace sgilo {
namespace {

SmoothStep inner_step(double r, double r0) { return smooth_step(r, r0 / 3, 2 * r0 / 3); }  // h1
SmoothStep outer_step(double r, double r0) { return smooth_step(r, 0, r0); }               // h2

}  // namespace

SmoothStep smooth_step(double r, double a, double b) {
  const double curvature = 4 / ((b - a) * (b - a));
  if (r <= a) return {0, 0, 0};
  if (r >= b) return {1, 0, 0};
  if (r < (a + b) / 2) return {curvature * (r - a) * (r - a) / 2, curvature * (r - a), curvature};
  return {1 - curvature * (b - r) * (b - r) / 2, curvature * (b - r), -curvature};
}

SmoothedLandscape::SmoothedLandscape(const PopulationLandscape& landscape, double height)
    : landscape_(landscape), height_(height) {
  if (!(height > 0))
    throw ConfigError(concat("the smoothed landscape's height must be positive, but is ", height));
}

double SmoothedLandscape::loss(PolarPoint x) const {
  const double r0 = inner_radius();
  return landscape_.loss(x) * inner_step(x.radius, r0).value +
         height_ * (1 - outer_step(x.radius, r0).value);
}

PolarDerivatives SmoothedLandscape::derivatives(PolarPoint x) const {
  const PolarDerivatives f = landscape_.derivatives(x);
  if (x.radius >= inner_radius()) return f;
  const double loss = landscape_.loss(x);
  const SmoothStep h1 = inner_step(x.radius, inner_radius()),
                   h2 = outer_step(x.radius, inner_radius());
  return {
      f.radius * h1.value + loss * h1.first - height_ * h2.first,
      f.angle * h1.value,
      f.radius_radius * h1.value + 2 * f.radius * h1.first + loss * h1.second - height_ * h2.second,
      f.angle_angle * h1.value,
      f.radius_angle * h1.value + f.angle * h1.first,
      f.cotangent_angle * h1.value};
}

Tensor SmoothedLandscape::gradient(const Tensor& x) const {
  const Tensor points = polar_of(x);
  // grad Lhat = Lhat_r x / r + h1 q (cos t x / r - e_1), as L_t = r q sin t.
  Tensor factors = torch::empty_like(points);  // of x, of e_1
  const double* point = points.data_ptr<double>();
  double* factor = factors.data_ptr<double>();
  for (std::int64_t i = 0; i < points.size(0); ++i, point += 2, factor += 2) {
    const double r = point[0], t = point[1];
    const double across =
        angle_terms(t, landscape_.depth()).q * inner_step(r, inner_radius()).value;
    factor[0] = r > 0 ? (derivatives({r, t}).radius + across * std::cos(t)) / r : 0;
    factor[1] = -across;
  }
  factors = factors.to(x.scalar_type());
  Tensor out = x.detach() * factors.slice(1, 0, 1);
  out.select(1, 0) += factors.select(1, 1);
  return out;
}

}  // namespace sgilo
