// How far the gradients of one way of running a generator agree with those of another:
// `sgilo bench gradients`.
#pragma once

#include <string>
#include <vector>

#include "sgilo/core/observer.h"
#include "sgilo/core/options_json.h"
#include "sgilo/report/table.h"

namespace sgilo {

// Gradients of 0.5 ||G(v) - x||^2 / sigma^2 at a random start (x another image) or near convergence
// (x = G(v) + noise of sigma, a hundredth of the image's deviation).
struct GradientAgreement {
  std::string preset, point, way, against;
  std::int64_t variables = 0;  // whose gradient is at least a thousandth of the largest
  std::int64_t left_out = 0;   // the others
  double least_cosine = 1;     // of them
  std::string worst;           // the variable that has it
  double largest_error = 0;    // of them: norm of the difference over the norm
};

// float32 by the plain and by the fused kernels against float64, then bfloat16 against float32.
// Empty when the observer asked to stop.
std::vector<GradientAgreement> gradient_agreement(const std::string& preset, std::int64_t seed,
                                                  Observer& observer);

Json to_json(const std::vector<GradientAgreement>& rows);
Table table_of_gradients(const Json& rows);

}  // namespace sgilo
