#include "sgilo/operators/operator_proof.h"

#include <algorithm>
#include <cmath>

#include "sgilo/operators/make_operator.h"

namespace sgilo {
namespace {

constexpr double kDoubleTolerance = 1e-12;  // sums of up to 1e6 terms of rounding 1e-16
constexpr double kFloatTolerance = 1e-5;
constexpr double kStep = 1e-4;  // of the finite difference: error h^2 and 1e-16 / h
constexpr double kDifferenceTolerance = 1e-7;

Tensor draw(const RandomStreams& streams, std::string_view name, std::int64_t rows,
            const Shape& shape, torch::Device device) {
  Shape full{rows};
  full.insert(full.end(), shape.begin(), shape.end());
  return streams.child(name).normal(full).to(device, torch::kFloat64);
}

double norm_of(const Tensor& x) { return x.norm().item<double>(); }
double inner_product(const Tensor& a, const Tensor& b) { return (a * b).sum().item<double>(); }
double difference(const Tensor& a, const Tensor& b) {
  return norm_of(a - b) / std::max({norm_of(a), norm_of(b), 1e-300});
}

}  // namespace

ProofCheck check_adjoint(const ForwardOperator& op, const RandomStreams& streams,
                         torch::Device device) {
  const Tensor x = draw(streams, "x", 2, op.image_shape(), device);
  const Tensor y = draw(streams, "y", 2, op.measurement_shape(), device);
  const Tensor forward = op.apply(x), backward = op.adjoint(y);
  const double scale = std::max(norm_of(forward) * norm_of(y), norm_of(x) * norm_of(backward));
  const double gap = std::abs(inner_product(forward, y) - inner_product(x, backward));
  return {"adjoint", "<Ax, y> = <x, A^T y>, relative to the norms", gap / std::max(scale, 1e-300),
          kDoubleTolerance};
}

ProofCheck check_gradient(const ForwardOperator& op, const RandomStreams& streams,
                          torch::Device device) {
  const torch::AutoGradMode record(true);
  const Tensor x = draw(streams, "x", 2, op.image_shape(), device).requires_grad_(true);
  const Tensor direction = draw(streams, "direction", 2, op.image_shape(), device);
  const Tensor y = draw(streams, "y", 2, op.measurement_shape(), device);
  const Tensor gradient = torch::autograd::grad({op.apply(x)}, {x}, {y})[0];
  const torch::NoGradGuard no_grad;
  const Tensor moved =
      (op.apply(x + kStep * direction) - op.apply(x - kStep * direction)) / (2 * kStep);  // J d
  const double scale =
      std::max(norm_of(moved) * norm_of(y), norm_of(direction) * norm_of(gradient));
  const double gap = std::abs(inner_product(moved, y) - inner_product(direction, gradient));
  return {"gradient", "J^T y at a random x against central differences, relative to the norms",
          gap / std::max(scale, 1e-300), kDifferenceTolerance};
}

ProofCheck check_linearity(const ForwardOperator& op, const RandomStreams& streams,
                           torch::Device device) {
  const Tensor x = draw(streams, "x", 2, op.image_shape(), device);
  const Tensor z = draw(streams, "z", 2, op.image_shape(), device);
  return {"linearity", "A(2x - 3z) = 2Ax - 3Az, relative",
          difference(op.apply(2 * x - 3 * z), 2 * op.apply(x) - 3 * op.apply(z)), kDoubleTolerance};
}

ProofCheck check_batch(const ForwardOperator& op, const RandomStreams& streams,
                       torch::Device device) {
  const Tensor x = draw(streams, "x", 3, op.image_shape(), device);
  std::vector<Tensor> alone;
  for (std::int64_t i = 0; i < 3; ++i) alone.push_back(op.apply(x.narrow(0, i, 1)));
  return {"batch", "each row of a batch of 3 as it is alone, relative",
          difference(op.apply(x), torch::cat(alone)), kDoubleTolerance};
}

ProofCheck check_precision(const ForwardOperator& op, const RandomStreams& streams,
                           torch::Device device) {
  const Tensor x = draw(streams, "x", 2, op.image_shape(), device);
  const Tensor single = op.apply(x.to(torch::kFloat32)).to(torch::kFloat64);
  return {"precision", "float32 agrees with float64, relative", difference(single, op.apply(x)),
          kFloatTolerance};
}

ProofCheck check_determinism(const ForwardOperator& op, const RandomStreams& streams,
                             torch::Device device) {
  const Tensor x = draw(streams, "x", 2, op.image_shape(), device).to(torch::kFloat32);
  return {"determinism", "the same image gives the same bits twice, in float32",
          difference(op.apply(x), op.apply(x)), 0};
}

ProofCheck check_restoring(const ForwardOperator& op, const RandomStreams& streams,
                           torch::Device device) {
  const Tensor x = draw(streams, "x", 2, op.image_shape(), device).to(torch::kFloat32);
  const auto restored = restore_operator(op.options(), op.state(), op.image_shape());
  return {"restoring", "rebuilt from its options and state it gives the same bits, in float32",
          difference(restored->apply(x), op.apply(x)), 0};
}

std::vector<ProofCheck> prove_operator(const ForwardOperator& op, const RandomStreams& streams,
                                       torch::Device device) {
  std::vector<ProofCheck> checks;
  if (op.linear()) {
    checks.push_back(check_adjoint(op, streams, device));
    checks.push_back(check_linearity(op, streams, device));
  }
  checks.push_back(check_gradient(op, streams, device));
  checks.push_back(check_batch(op, streams, device));
  checks.push_back(check_precision(op, streams, device));
  checks.push_back(check_determinism(op, streams, device));
  checks.push_back(check_restoring(op, streams, device));
  return checks;
}

}  // namespace sgilo
