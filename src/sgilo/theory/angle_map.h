// What a wide random ReLU layer does to the angle between two latents (SGILO B.2, after Hand and
// Voroninski 2018): g(t) = arccos(((pi - t) cos t + sin t) / pi), and d layers in turn. All forms
// keep their digits near 0 and pi; angles are in radians, in [0, pi].
#pragma once

namespace sgilo {

double angle_map(double angle);                    // g: increasing, g(t) <= t, g(pi) = pi / 2
double angle_map_derivative(double angle);         // g' in [0, 1], g'(0) = 1, g'(pi) = 0
double angle_map_second_derivative(double angle);  // g'' <= 0, g''(0+) = -2 / (3 pi)

// d layers: t_0 = t, t_{i+1} = g(t_i). q and p come from recurrences that telescope the products of
// g', so that no term is 0 / 0:  cos t_d = q cos t + p,  sin(t_d) t_d' = q sin t.
struct AngleTerms {
  double output_angle;             // t_d = g^{od}(t)
  double one_minus_cosine;         // 1 - cos t_d, exact near 0
  double output_angle_derivative;  // t_d' = d t_d / d t
  double q;                        // prod_i (1 - t_i / pi)
  double p;                        // sum_i (sin t_i / pi) prod_{j > i} (1 - t_j / pi)
  double q_derivative;             // q' = d q / d t <= 0
};
AngleTerms angle_terms(double angle, int depth);

}  // namespace sgilo
