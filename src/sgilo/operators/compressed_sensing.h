// Compressed sensing with m < n random linear measurements of the n = C*H*W values of an image,
// taken in that order. Rows have unit expected norm, so E||Ax||^2 = (m/n) ||x||^2.
//   circulant:           y = (f * (s . x))[kept] / sqrt(n), s random signs, f ~ N(0, I_n), * the
//                        circular convolution, through the FFT (a true partial circulant)
//   gaussian-projection: y = Bx, entries of B i.i.d. N(0, 1/n)
#pragma once

#include "sgilo/core/random_streams.h"
#include "sgilo/operators/forward_operator.h"
#include "sgilo/operators/frozen_tensor.h"

namespace sgilo {

struct CirculantOptions {
  double keep = 0.1;
  static constexpr std::string_view kind = "circulant";
  static constexpr auto fields() {
    return std::tuple{field("keep", &CirculantOptions::keep,
                            "measurements as a fraction of the image's values",
                            positive_fraction<double>)};
  }
};

class PartialCirculant : public ForwardOperator {
 public:
  PartialCirculant(const CirculantOptions& options, Shape image_shape,
                   const RandomStreams& streams);
  PartialCirculant(const CirculantOptions& options, Shape image_shape, const StateDict& state);

  Tensor apply(const Tensor& image) const override;  // [N, ...] -> [N, m]
  std::string describe() const override;
  Json options() const override { return options_; }
  StateDict state() const override;  // "signs" [n], "filter" [n], "kept" [m]

 private:
  Json options_;
  FrozenTensor signs_;   // [1, n], -1 or 1
  FrozenTensor filter_;  // [1, n]
  FrozenTensor kept_;    // [1, m], which values of the convolution are measured
};

struct GaussianProjectionOptions {
  std::int64_t rows = 500;
  static constexpr std::string_view kind = "gaussian-projection";
  static constexpr auto fields() {
    return std::tuple{field("rows", &GaussianProjectionOptions::rows, "number of measurements",
                            positive<std::int64_t>)};
  }
};

class GaussianProjection : public ForwardOperator {
 public:
  GaussianProjection(const GaussianProjectionOptions& options, Shape image_shape,
                     const RandomStreams& streams);
  GaussianProjection(const GaussianProjectionOptions& options, Shape image_shape,
                     const StateDict& state);

  Tensor apply(const Tensor& image) const override;  // [N, ...] -> [N, rows]
  std::string describe() const override;
  Json options() const override { return options_; }
  StateDict state() const override { return {{"matrix", matrix_.drawn()}}; }  // [rows, n]

 private:
  Json options_;
  FrozenTensor matrix_;  // [rows, n]
};

}  // namespace sgilo
