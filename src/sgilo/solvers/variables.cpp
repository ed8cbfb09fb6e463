#include "sgilo/solvers/variables.h"

namespace sgilo {

Tensor flattened(const LatentState& state) {
  std::vector<Tensor> parts;
  for (const Variable& x : state.variables) parts.push_back(x.value.flatten(1));
  return torch::cat(parts, 1);
}

LatentState unflattened(const Tensor& flat, const LatentState& shape) {
  std::int64_t from = 0;
  return mapped(shape, [&](const Variable& x) {
    const std::int64_t size = x.value[0].numel();
    from += size;
    return flat.narrow(1, from - size, size).reshape(x.value.sizes());
  });
}

Tensor row_dot(const Tensor& a, const Tensor& b) { return (a * b).flatten(1).sum(1); }

Tensor finite_rows(const Tensor& x) { return torch::isfinite(x).reshape({x.size(0), -1}).all(1); }

Tensor finite_rows(const LatentState& state) {
  Tensor finite = finite_rows(state.variables.at(0).value);
  for (const Variable& x : state.variables) finite = finite & finite_rows(x.value);
  return finite;
}

Tensor where_rows(const Tensor& rows, const Tensor& x, const Tensor& otherwise) {
  Shape shape(static_cast<std::size_t>(x.dim()), 1);
  shape[0] = x.size(0);
  return torch::where(rows.to(x.device()).reshape(shape), x, otherwise);
}

}  // namespace sgilo
