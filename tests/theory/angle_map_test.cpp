#include "sgilo/theory/angle_map.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <vector>

namespace sgilo {
namespace {

constexpr double kPi = std::numbers::pi;

// The definition, in long double.
double map_by_arccosine(double t) {
  return static_cast<double>(
      std::acos(((std::numbers::pi_v<long double> - t) * std::cos(static_cast<long double>(t)) +
                 std::sin(static_cast<long double>(t))) /
                std::numbers::pi_v<long double>));
}

double iterated(double t, int depth) {
  for (int layer = 0; layer < depth; ++layer) t = map_by_arccosine(t);
  return t;
}

TEST(AngleMap, IsItsDefinition) {
  for (double t = 0.05; t < kPi; t += 0.05) EXPECT_NEAR(angle_map(t), map_by_arccosine(t), 1e-14);
  EXPECT_EQ(angle_map(0), 0);
  EXPECT_NEAR(angle_map(kPi), kPi / 2, 1e-15);
}

// g(t) = t - t^2 / (3 pi) + ..., also across the change to a series at 0.01.
TEST(AngleMap, KeepsItsDigitsNearZero) {
  for (const double t : {1e-12, 1e-8, 1e-4})
    EXPECT_NEAR(angle_map(t) / t, 1 - t / (3 * kPi), 1e-15 + t * t);
  EXPECT_NEAR((angle_map(0.01 + 1e-9) - angle_map(0.01 - 1e-9)) / 2e-9, angle_map_derivative(0.01),
              1e-8);
  EXPECT_NEAR(angle_map(0.009999), map_by_arccosine(0.009999), 1e-15);
}

TEST(AngleMap, HasTheDerivativesOfItsDifferences) {
  constexpr double kStep = 1e-4;
  for (double t = 0.1; t < kPi - 0.05; t += 0.1) {
    const double behind = angle_map(t - kStep), here = angle_map(t), ahead = angle_map(t + kStep);
    EXPECT_NEAR(angle_map_derivative(t), (ahead - behind) / (2 * kStep), 1e-8);
    EXPECT_NEAR(angle_map_second_derivative(t), (ahead - 2 * here + behind) / (kStep * kStep),
                1e-6);
  }
}

TEST(AngleMap, HasItsLimitsAtTheEnds) {
  EXPECT_EQ(angle_map_derivative(0), 1);
  EXPECT_NEAR(angle_map_derivative(kPi), 0, 1e-15);
  for (const double t : {0.0, 1e-9, 1e-7, 1e-5})
    EXPECT_NEAR(angle_map_second_derivative(t), -2 / (3 * kPi), 1e-5);
}

TEST(AngleTerms, ComposeTheMap) {
  for (const int depth : {1, 2, 3, 6})
    for (double t = 0.1; t <= kPi; t += 0.2) {
      const AngleTerms terms = angle_terms(t, depth);
      const double mapped = iterated(t, depth);
      EXPECT_NEAR(terms.output_angle, mapped, 1e-13);
      EXPECT_NEAR(terms.one_minus_cosine, 1 - std::cos(mapped), 1e-14);
    }
}

// q and p from the definitions as products and sums.
TEST(AngleTerms, AreTheProductsAndSumsOfTheLayers) {
  for (const int depth : {2, 3, 5})
    for (double t = 0.05; t <= kPi; t += 0.1) {
      std::vector<double> angles;
      for (int i = 0; i < depth; ++i) angles.push_back(iterated(t, i));
      double q = 1, p = 0;
      for (std::size_t i = 0; i < angles.size(); ++i) {
        q *= 1 - angles[i] / kPi;
        double term = std::sin(angles[i]) / kPi;
        for (std::size_t j = i + 1; j < angles.size(); ++j) term *= 1 - angles[j] / kPi;
        p += term;
      }
      const AngleTerms terms = angle_terms(t, depth);
      EXPECT_NEAR(terms.q, q, 1e-13);
      EXPECT_NEAR(terms.p, p, 1e-13);
    }
}

TEST(AngleTerms, HaveTheDerivativesOfTheirDifferences) {
  constexpr double kStep = 1e-5;
  for (const int depth : {2, 3, 5})
    for (double t = 0.05; t < kPi - 0.01; t += 0.1) {
      const AngleTerms behind = angle_terms(t - kStep, depth),
                       ahead = angle_terms(t + kStep, depth), here = angle_terms(t, depth);
      EXPECT_NEAR(here.output_angle_derivative,
                  (ahead.output_angle - behind.output_angle) / (2 * kStep), 1e-9);
      EXPECT_NEAR(here.q_derivative, (ahead.q - behind.q) / (2 * kStep), 1e-9);
      EXPECT_LE(here.q_derivative, 0);
    }
}

}  // namespace
}  // namespace sgilo
