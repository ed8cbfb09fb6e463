#include "sgilo/theory/restricted_isometry.h"

namespace sgilo {
namespace {

Tensor row_products(const Tensor& u, const Tensor& v) { return (u * v).sum(1); }

Tensor norms(const Tensor& u, const Tensor& v) { return u.norm(2, {1}) * v.norm(2, {1}); }

}  // namespace

Tensor isometry_error(const Tensor& matrix, const Tensor& u, const Tensor& v) {
  const Tensor a = matrix.to(torch::kFloat64).t(), p = u.to(torch::kFloat64),
               q = v.to(torch::kFloat64);
  return (row_products(p.mm(a), q.mm(a)) - row_products(p, q)) / norms(p, q);
}

Tensor isometry_error_std(std::int64_t measurements, const Tensor& u, const Tensor& v) {
  const Tensor p = u.to(torch::kFloat64), q = v.to(torch::kFloat64);
  const Tensor cosine = row_products(p, q) / norms(p, q);
  return ((1 + cosine.square()) / static_cast<double>(measurements)).sqrt();
}

}  // namespace sgilo
