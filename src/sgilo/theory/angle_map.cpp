#include "sgilo/theory/angle_map.h"

#include <cmath>
#include <numbers>

namespace sgilo {
namespace {

constexpr double kPi = std::numbers::pi;

// sin t - t cos t without cancellation; the series' next term is -t^9 / 45360.
double sine_minus_arc(double t) {
  const double square = t * t;
  if (t < 1e-2) return t * square * (1.0 / 3 - square * (1.0 / 30 - square / 840));
  return std::sin(t) - t * std::cos(t);
}

// 1 - cos g(t) = 2 sin^2(t / 2) - (sin t - t cos t) / pi.
double one_minus_cosine_of_map(double t) {
  const double half = std::sin(t / 2);
  return 2 * half * half - sine_minus_arc(t) / kPi;
}

double angle_of(double one_minus_cosine) {
  return 2 * std::asin(std::fmin(1.0, std::sqrt(std::fmax(0.0, one_minus_cosine) / 2)));
}

// g' = (1 - t / pi) sin t / sin g(t).
double derivative(double t, double mapped) {
  return mapped == 0 ? 1 : (1 - t / kPi) * std::sin(t) / std::sin(mapped);
}

}  // namespace

double angle_map(double angle) { return angle_of(one_minus_cosine_of_map(angle)); }

double angle_map_derivative(double angle) { return derivative(angle, angle_map(angle)); }

double angle_map_second_derivative(double angle) {
  if (angle < 1e-8) return -2 / (3 * kPi);  // the numerator's digits are lost
  const double mapped = angle_map(angle), slope = derivative(angle, mapped);
  const double numerator = (1 - angle / kPi) * std::cos(angle) - std::sin(angle) / kPi;
  return (numerator - slope * slope * std::cos(mapped)) / std::sin(mapped);
}

AngleTerms angle_terms(double angle, int depth) {
  const double half = std::sin(angle / 2);
  AngleTerms terms{.output_angle = angle,
                   .one_minus_cosine = 2 * half * half,
                   .output_angle_derivative = 1,
                   .q = 1,
                   .p = 0,
                   .q_derivative = 0};
  for (int layer = 0; layer < depth; ++layer) {
    const double t = terms.output_angle, left = 1 - t / kPi;
    terms.q_derivative = terms.q_derivative * left - terms.q * terms.output_angle_derivative / kPi;
    terms.q *= left;
    terms.p = terms.p * left + std::sin(t) / kPi;
    terms.one_minus_cosine = one_minus_cosine_of_map(t);
    terms.output_angle = angle_of(terms.one_minus_cosine);
    terms.output_angle_derivative *= derivative(t, terms.output_angle);
  }
  return terms;
}

}  // namespace sgilo
