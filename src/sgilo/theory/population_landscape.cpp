#include "sgilo/theory/population_landscape.h"

#include <cmath>
#include <numbers>

#include "sgilo/core/error.h"
#include "sgilo/theory/angle_map.h"

namespace sgilo {
namespace {

constexpr double kPi = std::numbers::pi;
constexpr std::int64_t kRowsPerTask = 64;

template <class T>
PolarPoint polar_of_row(const T* x, std::int64_t dimension) {
  double across = 0;
  for (std::int64_t i = 1; i < dimension; ++i) across += static_cast<double>(x[i]) * x[i];
  const double along = x[0];
  return {std::sqrt(along * along + across), std::atan2(std::sqrt(across), along)};
}

// Calls row(x, i) for every row of a contiguous [N, n] matrix of T.
template <class T, class Row>
void for_each_row(const Tensor& x, Row row) {
  const std::int64_t dimension = x.size(1);
  const T* values = x.data_ptr<T>();
  at::parallel_for(0, x.size(0), kRowsPerTask, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) row(values + i * dimension, i);
  });
}

// Calls `typed` with a float or a double, as the rows are; throws for other shapes and types.
template <class Typed>
auto with_rows(const Tensor& x, Typed typed) {
  if (x.dim() != 2 || !x.is_floating_point() || !x.device().is_cpu())
    throw ConfigError("rows of the landscape must be a matrix of real numbers on the CPU");
  const Tensor rows = x.detach().contiguous();
  return rows.scalar_type() == torch::kFloat32 ? typed(rows, float{})
                                               : typed(rows.to(torch::kFloat64), double{});
}

}  // namespace

double gradient_norm_squared(const PolarDerivatives& f, double radius) {
  const double tangential = f.angle / radius;
  return f.radius * f.radius + tangential * tangential;
}

double laplacian(const PolarDerivatives& f, double radius, std::int64_t dimension) {
  const double n = static_cast<double>(dimension);
  return f.radius_radius + (n - 1) * f.radius / radius +
         (f.angle_angle + (n - 2) * f.cotangent_angle) / (radius * radius);
}

Tensor polar_of(const Tensor& x) {
  return with_rows(x, [](const Tensor& rows, auto zero) {
    Tensor out = torch::empty({rows.size(0), 2}, torch::kFloat64);
    double* values = out.data_ptr<double>();
    for_each_row<decltype(zero)>(rows, [&](const auto* row, std::int64_t i) {
      const PolarPoint point = polar_of_row(row, rows.size(1));
      values[2 * i] = point.radius;
      values[2 * i + 1] = point.angle;
    });
    return out;
  });
}

PopulationLandscape::PopulationLandscape(int depth) : depth_(depth) {
  if (depth < 2)
    throw ConfigError(
        concat("the landscape's depth must be at least 2, but is ", depth,
               ": with one layer the saddle behind x* has radius 0 and falls into the cone at 0"));
  const AngleTerms behind = angle_terms(kPi, depth);
  saddle_radius_ = behind.p;
  // K = prod_{i = 1}^{d - 1} (1 - t_i(pi) / pi): q over the layers after the first.
  saddle_curvature_ = angle_terms(kPi / 2, depth - 1).q;
}

double PopulationLandscape::loss(PolarPoint x) const {
  const double away = x.radius - 1;
  return away * away / 2 + x.radius * angle_terms(x.angle, depth_).one_minus_cosine;
}

PolarDerivatives PopulationLandscape::derivatives(PolarPoint x) const {
  const AngleTerms terms = angle_terms(x.angle, depth_);
  const double r = x.radius, sine = std::sin(x.angle), cosine = std::cos(x.angle);
  return {r - 1 + terms.one_minus_cosine,
          r * terms.q * sine,
          1,
          r * (terms.q * cosine + terms.q_derivative * sine),
          terms.q * sine,
          r * terms.q * cosine};
}

PopulationLandscape::Curvatures PopulationLandscape::curvatures(PolarPoint x) const {
  const AngleTerms terms = angle_terms(x.angle, depth_);
  return {1, 1 - (terms.p - terms.q_derivative * std::sin(x.angle)) / x.radius,
          1 - terms.p / x.radius};
}

Tensor PopulationLandscape::loss(const Tensor& x) const {
  return with_rows(x, [&](const Tensor& rows, auto zero) {
    using T = decltype(zero);
    Tensor out = torch::empty({rows.size(0)}, rows.options());
    T* values = out.data_ptr<T>();
    for_each_row<T>(rows, [&](const T* row, std::int64_t i) {
      values[i] = static_cast<T>(loss(polar_of_row(row, rows.size(1))));
    });
    return out;
  });
}

Tensor PopulationLandscape::gradient(const Tensor& x) const {
  return with_rows(x, [&](const Tensor& rows, auto zero) {
    using T = decltype(zero);
    const std::int64_t dimension = rows.size(1);
    Tensor out = torch::empty_like(rows);
    T* values = out.data_ptr<T>();
    for_each_row<T>(rows, [&](const T* row, std::int64_t i) {
      const PolarPoint point = polar_of_row(row, dimension);
      const AngleTerms terms = angle_terms(point.angle, depth_);
      const T factor = static_cast<T>(point.radius > 0 ? 1 - terms.p / point.radius : 0);
      T* gradient = values + i * dimension;
      for (std::int64_t j = 0; j < dimension; ++j) gradient[j] = factor * row[j];
      gradient[0] -= static_cast<T>(terms.q);
    });
    return out;
  });
}

}  // namespace sgilo
