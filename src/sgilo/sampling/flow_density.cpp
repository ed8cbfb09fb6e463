#include "sgilo/sampling/flow_density.h"

#include <cmath>
#include <limits>

#include "sgilo/core/options_json.h"
#include "sgilo/core/shape.h"

namespace sgilo {
namespace {

// [K, N, ...]
Tensor probes_for(const Tensor& x, const FlowDensityOptions& options,
                  const std::vector<RandomStreams>& rows) {
  const torch::IntArrayRef row = x.sizes().slice(1);
  std::vector<Tensor> probes;
  if (options.divergence == Divergence::exact) {
    Shape shape = x.sizes().vec();
    const std::int64_t dimension = x[0].numel();
    shape[0] = 1;
    shape.insert(shape.begin(), dimension);
    const Tensor basis = torch::eye(dimension, x.options()).view(shape);
    shape[1] = x.size(0);
    return basis.expand(shape);
  }
  for (int k = 0; k < options.probes; ++k) {
    const auto streams = children(rows, "probe", static_cast<std::uint64_t>(k));
    if (options.divergence == Divergence::gaussian) {
      probes.push_back(noise_like(x, streams));
    } else {
      std::vector<Tensor> signs;
      for (const RandomStreams& stream : streams) signs.push_back(stream.signs(row));
      probes.push_back(torch::stack(signs).to(x.options()));
    }
  }
  return torch::stack(probes);
}

}  // namespace

FlowSlope flow_slope(const ScoreFunction& score, const Sde& sde, const Tensor& x, const Tensor& t,
                     const Tensor& probes) {
  const torch::AutoGradMode with_history(true);
  const Tensor at = x.detach().requires_grad_(true);
  const ScoreFunction differentiable = [&](const Tensor& where, const Tensor& when) {
    Tensor value = score(where, when);
    if (!value.requires_grad())
      throw ConfigError(
          "a density needs a score function that can be differentiated, but this one records no "
          "history");
    return value;
  };
  const Tensor drift = probability_flow_drift(differentiable, sde, at, t);
  Tensor trace = torch::zeros({x.size(0)}, x.options().dtype(torch::kFloat64));
  for (std::int64_t k = 0; k < probes.size(0); ++k) {
    const Tensor probe = probes[k];
    const bool more = k + 1 < probes.size(0);
    const Tensor product = torch::autograd::grad({drift}, {at}, {probe}, more)[0] * probe;
    trace = trace + product.detach().to(torch::kFloat64).flatten(1).sum(1);
  }
  return {drift.detach(), trace};
}

FlowDensity flow_density(const ScoreFunction& score, const Sde& sde, const Tensor& x,
                          const FlowDensityOptions& options, const std::vector<RandomStreams>& rows,
                          Observer& observer) {
  validate(options, "density.");
  if (static_cast<std::int64_t>(rows.size()) != x.size(0))
    throw ConfigError(concat("a density needs one random stream per row, but got ", rows.size(),
                             " streams for ", x.size(0), " rows"));
  const Tensor probes = probes_for(x, options, rows);
  const double weight = options.divergence == Divergence::exact ? 1.0 : 1.0 / options.probes;
  const OdeSlope slope = [&](const OdeState& y, const Tensor& t) {
    const FlowSlope flow = flow_slope(score, sde, y[0], t, probes);
    return OdeState{flow.drift, flow.trace * weight};
  };
  const Tensor start = torch::zeros({x.size(0)}, x.options().dtype(torch::kFloat64));
  const OdeState end = integrate_rows(slope, {x.detach(), start}, options.first_t, 1, options.ode,
                                      "probability flow", observer);
  if (observer.stop_requested())
    return {torch::full_like(start, std::numeric_limits<double>::quiet_NaN()), end[0]};
  return {sde.prior_log_density(end[0].to(torch::kFloat64)) + end[1], end[0]};
}

Tensor bits_per_dimension(const Tensor& log_density, std::int64_t dimension, double offset) {
  return log_density / (-std::log(2.0) * static_cast<double>(dimension)) + offset;
}

}  // namespace sgilo
