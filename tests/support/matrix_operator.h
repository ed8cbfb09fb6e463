// A dense matrix as measurement operator: y = A x, x the flattened image.
#pragma once

#include "sgilo/core/error.h"
#include "sgilo/operators/forward_operator.h"

namespace sgilo {

class MatrixOperator : public ForwardOperator {
 public:
  MatrixOperator(Tensor matrix, Shape image_shape)
      : ForwardOperator(std::move(image_shape)), matrix_(std::move(matrix)) {}

  std::string describe() const override {
    return concat("matrix (", matrix_.size(0), " x ", matrix_.size(1), ")");
  }
  Json options() const override { return {{"kind", "matrix"}}; }
  const Tensor& matrix() const { return matrix_; }

 private:
  Tensor measure(const Tensor& image) const override {
    return (image.flatten(1).unsqueeze(1) * matrix_).sum(2);
  }

  Tensor matrix_;
};

}  // namespace sgilo
