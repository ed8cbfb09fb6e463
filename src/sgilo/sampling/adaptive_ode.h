// An ODE dy/dt = slope(y, t) for a batch of independent rows, each with its own step size, so that
// a row does not depend on its neighbours:
// the Runge-Kutta pair of Dormand and Prince 1980, order 5(4).
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "sgilo/core/observer.h"
#include "sgilo/core/options.h"
#include "sgilo/core/torch.h"

namespace sgilo {

struct AdaptiveOdeOptions {
  double relative_tolerance = 1e-5;
  double absolute_tolerance = 1e-5;
  int max_evaluations = 10000;
  static constexpr auto fields() {
    using O = AdaptiveOdeOptions;
    return std::tuple{field("relative_tolerance", &O::relative_tolerance, "of one step, per row",
                            positive<double>),
                      field("absolute_tolerance", &O::absolute_tolerance, "of one step, per row",
                            positive<double>),
                      field("max_evaluations", &O::max_evaluations,
                            "score evaluations before giving up", positive<int>)};
  }
};

// What is integrated together: parts [N, ...], each held to the tolerance by itself.
using OdeState = std::vector<Tensor>;
using OdeSlope = std::function<OdeState(const OdeState& y, const Tensor& t)>;  // t [N], float64

// y at `from_t` carried to `to_t` (in either direction), or as far as it got when the observer
// stops it. `what` names the equation in reports and errors. Throws NumericError when
// max_evaluations do not suffice or a step is not finite.
OdeState integrate_rows(const OdeSlope& slope, OdeState y, double from_t, double to_t,
                        const AdaptiveOdeOptions& options, std::string_view what,
                        Observer& observer);

}  // namespace sgilo
