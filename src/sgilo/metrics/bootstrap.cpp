#include "sgilo/metrics/bootstrap.h"

#include <algorithm>
#include <cmath>

#include "sgilo/core/error.h"

namespace sgilo {
namespace {

void require_values(const std::vector<double>& values) {
  if (values.size() < 2)
    throw ConfigError(
        concat("bootstrap: an interval needs at least 2 images, but has ", values.size()));
  for (const double value : values)
    if (!std::isfinite(value)) throw NumericError("bootstrap: values are not finite");
}

void require_pairs(const std::vector<double>& a, const std::vector<double>& b) {
  require_values(a);
  if (a.size() != b.size())
    throw ConfigError(concat("bootstrap: both methods must have a value per image, but have ",
                             a.size(), " and ", b.size()));
  require_values(b);
}

double mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

// Linear interpolation between order statistics.
double quantile(const std::vector<double>& sorted, double probability) {
  const double position = probability * static_cast<double>(sorted.size() - 1);
  const std::size_t below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return std::lerp(sorted[below], sorted[above], position - static_cast<double>(below));
}

// `statistic` maps the drawn images' indices to a number.
template <class Statistic>
Interval interval(double estimate, std::size_t images, const Statistic& statistic,
                  const RandomStreams& streams, const BootstrapOptions& options) {
  if (options.resamples < 1)
    throw ConfigError(
        concat("bootstrap: resamples must be at least 1, but is ", options.resamples));
  if (!(options.level > 0 && options.level < 1))
    throw ConfigError(concat("bootstrap: level must be in (0, 1), but is ", options.level));
  std::vector<double> replicates;
  std::vector<std::size_t> drawn(images);
  const std::int64_t count = static_cast<std::int64_t>(images);
  for (int i = 0; i < options.resamples; ++i) {
    const Tensor uniform = streams.child(static_cast<std::uint64_t>(i)).uniform({count});
    const float* values = uniform.data_ptr<float>();
    for (std::size_t k = 0; k < images; ++k)
      drawn[k] = static_cast<std::size_t>(static_cast<double>(values[k]) * count);
    replicates.push_back(statistic(drawn));
  }
  std::sort(replicates.begin(), replicates.end());
  const double tail = (1 - options.level) / 2;
  return {estimate, quantile(replicates, tail), quantile(replicates, 1 - tail)};
}

double drawn_sum(const std::vector<double>& values, const std::vector<std::size_t>& drawn) {
  double sum = 0;
  for (const std::size_t index : drawn) sum += values[index];
  return sum;
}

}  // namespace

Interval bootstrap_mean(const std::vector<double>& values, const RandomStreams& streams,
                        const BootstrapOptions& options) {
  require_values(values);
  const auto statistic = [&](const std::vector<std::size_t>& drawn) {
    return drawn_sum(values, drawn) / static_cast<double>(values.size());
  };
  return interval(mean(values), values.size(), statistic, streams, options);
}

Interval bootstrap_difference(const std::vector<double>& a, const std::vector<double>& b,
                              const RandomStreams& streams, const BootstrapOptions& options) {
  require_pairs(a, b);
  std::vector<double> differences(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) differences[i] = a[i] - b[i];
  return bootstrap_mean(differences, streams, options);
}

Interval bootstrap_ratio(const std::vector<double>& a, const std::vector<double>& b,
                         const RandomStreams& streams, const BootstrapOptions& options) {
  require_pairs(a, b);
  const auto ratio = [](double numerator, double denominator) {
    if (denominator == 0)
      throw NumericError("bootstrap: the mean that the ratio divides by is zero");
    return numerator / denominator;
  };
  const auto statistic = [&](const std::vector<std::size_t>& drawn) {
    return ratio(drawn_sum(a, drawn), drawn_sum(b, drawn));
  };
  return interval(ratio(mean(a), mean(b)), a.size(), statistic, streams, options);
}

}  // namespace sgilo
