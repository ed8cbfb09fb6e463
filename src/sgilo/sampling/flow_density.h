// The density that a score function implies: along the probability flow
//   log p_0(x) = log p_1(x_1) + integral over t of div(drift),
// with the divergence exact or by Hutchinson's estimate E[v^T J v] (Song et al. 2021, section 4.3
// and appendix D.2; Grathwohl et al. 2019, "FFJORD").
#pragma once

#include <array>

#include "sgilo/sampling/probability_flow.h"

namespace sgilo {

enum class Divergence { rademacher, gaussian, exact };
template <>
struct EnumWords<Divergence> {
  static constexpr std::array<std::string_view, 3> words{"rademacher", "gaussian", "exact"};
};

struct FlowDensityOptions {
  Divergence divergence = Divergence::rademacher;
  int probes = 1;
  double first_t = 1e-5;
  AdaptiveOdeOptions ode{};
  static constexpr auto fields() {
    using O = FlowDensityOptions;
    return std::tuple{
        field(
            "divergence", &O::divergence,
            "Hutchinson's estimate with rademacher or gaussian probes, or exact (one gradient for "
            "each dimension)"),
        field("probes", &O::probes, "random probes for each row, kept along its path",
              positive<int>),
        field("first_t", &O::first_t, "time at which the density is taken",
              positive_fraction<double>),
        field("ode", &O::ode, "tolerances of the probability flow")};
  }
};

struct FlowDensity {
  Tensor log_density;  // [N], float64, in nats
  Tensor latent;       // x carried to t = 1, [N, ...]
};

// Of the rows of x [N, ...]. The score must be differentiable; throws ConfigError when it is not,
// and NumericError as the probability flow. The density is NaN when the observer stops the run.
FlowDensity flow_density(const ScoreFunction& score, const Sde& sde, const Tensor& x,
                          const FlowDensityOptions& options, const std::vector<RandomStreams>& rows,
                          Observer& observer);

// -log p / (dimension ln 2) + offset. For values of 256 levels in [-1, 1] the offset is 7 (the bins
// are 2^-7 wide).
Tensor bits_per_dimension(const Tensor& log_density, std::int64_t dimension, double offset = 0);

// The drift of the probability flow at the times t [N], and for each row the sum over the probes
// [K, N, ...] of v^T J v, J its derivative by x: the divergence where the probes are a basis.
struct FlowSlope {
  Tensor drift;  // [N, ...]
  Tensor trace;  // [N], float64
};
FlowSlope flow_slope(const ScoreFunction& score, const Sde& sde, const Tensor& x, const Tensor& t,
                     const Tensor& probes);

}  // namespace sgilo
