#include "sgilo/theory/wasserstein.h"

#include <algorithm>
#include <cmath>

#include "sgilo/core/error.h"

namespace sgilo {
namespace {

std::vector<double> sorted(const Tensor& sample) {
  if (sample.dim() != 1 || sample.size(0) == 0)
    throw ConfigError("samples of a Wasserstein distance must be vectors with values");
  const Tensor values = sample.detach().to(torch::kCPU, torch::kFloat64).contiguous();
  const double* first = values.data_ptr<double>();
  std::vector<double> out(first, first + values.size(0));
  if (!std::all_of(out.begin(), out.end(), [](double value) { return std::isfinite(value); }))
    throw NumericError("samples of a Wasserstein distance must be finite");
  std::sort(out.begin(), out.end());
  return out;
}

// int_0^1 cost(Q_a(u) - Q_b(u)) du. Both quantile functions are constant between the fractions i /
// N and j / M, which are compared as the whole numbers i M and j N.
template <class Cost>
double transport_cost(const Tensor& a, const Tensor& b, Cost cost) {
  const std::vector<double> x = sorted(a), y = sorted(b);
  const std::size_t total = x.size() * y.size();
  double sum = 0;
  for (std::size_t i = 0, j = 0, at = 0; at < total;) {
    const std::size_t end_x = (i + 1) * y.size(), end_y = (j + 1) * x.size();
    const std::size_t end = std::min(end_x, end_y);
    sum += static_cast<double>(end - at) * cost(x[i] - y[j]);
    at = end;
    if (end == end_x) ++i;
    if (end == end_y) ++j;
  }
  return sum / static_cast<double>(total);
}

}  // namespace

double wasserstein1(const Tensor& a, const Tensor& b) {
  return transport_cost(a, b, [](double difference) { return std::abs(difference); });
}

double wasserstein2(const Tensor& a, const Tensor& b) {
  return std::sqrt(transport_cost(a, b, [](double difference) { return difference * difference; }));
}

}  // namespace sgilo
