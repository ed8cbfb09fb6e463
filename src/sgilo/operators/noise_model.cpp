#include "sgilo/operators/noise_model.h"

#include "sgilo/core/shape.h"
#include "sgilo/operators/forward_operator.h"
#include "sgilo/operators/option_text.h"

namespace sgilo {

Json parse_noise(std::string_view text) { return parse_option_text("noise", text); }

NoiseOptions read_noise(const Json& json, const std::string& path) {
  NoiseOptions options;
  variant_from_json(json, options, "noise", path);
  return options;
}

NoiseModel::NoiseModel(const NoiseOptions& options) : options_(options) {
  std::visit([](const auto& member) { validate(member, "noise."); }, options_);
}

std::string NoiseModel::describe() const { return describe_options(options()); }

Tensor NoiseModel::add(const Tensor& measurement, const RandomStreams& streams) const {
  std::vector<RandomStreams> rows;
  for (std::int64_t i = 0; i < measurement.size(0); ++i)
    rows.push_back(streams.child(static_cast<std::uint64_t>(i)));
  return add_rows(measurement, rows);
}

Tensor NoiseModel::add_rows(const Tensor& measurement,
                            const std::vector<RandomStreams>& rows) const {
  if (measurement.dim() == 0 || measurement.size(0) != static_cast<std::int64_t>(rows.size()))
    throw ConfigError(concat("measurements have shape ", shape_text(measurement.sizes()),
                             ", but there are random streams for ", rows.size(), " rows"));
  const Tensor noise = normal_rows(rows, measurement.sizes().slice(1));
  return measurement + sigma() * noise.to(measurement.options());
}

Tensor NoiseModel::negative_log_likelihood(const Tensor& prediction, const Tensor& measurement,
                                           double extra_variance) const {
  require_shape("the prediction", prediction, measurement.sizes());
  if (!(extra_variance >= 0))
    throw ConfigError(concat("the extra variance must be at least 0, but is ", extra_variance));
  const Tensor squares = (prediction - measurement).flatten(1).square().sum(1);
  return squares * (0.5 / (sigma() * sigma() + extra_variance));
}

}  // namespace sgilo
