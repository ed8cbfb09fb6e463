// Compressed sensing with m < n random linear measurements of the n = C*H*W values of an image,
// taken in that order. Rows have unit expected norm, so E||Ax||^2 = (m/n) ||x||^2.
//   circulant:           y = (f * (s . x))[kept] / sqrt(n), s random signs, f ~ N(0, I_n), * the
//                        circular convolution, through the FFT (a true partial circulant)
//                        form = elementwise: y = (f . s . x)[kept], which mixes nothing. It is what
//                        the program published with the paper computes on torch >= 1.8, where the
//                        second argument of its fft became the length of the transform
//   gaussian-projection: y = Bx, entries of B i.i.d. N(0, 1/n)
#pragma once

#include <array>

#include "sgilo/operators/forward_operator.h"
#include "sgilo/operators/frozen_tensor.h"
#include "sgilo/operators/operator_state.h"

namespace sgilo {

enum class CirculantForm { convolution, elementwise };
template <>
struct EnumWords<CirculantForm> {
  static constexpr std::array<std::string_view, 2> words{"convolution", "elementwise"};
};

struct CirculantOptions {
  double keep = 0.1;
  CirculantForm form = CirculantForm::convolution;
  using Operator = class PartialCirculant;
  static constexpr std::string_view kind = "circulant";
  static constexpr OperatorTraits traits{.drawn_at_random = true};
  static constexpr auto fields() {
    return std::tuple{
        field("keep", &CirculantOptions::keep, "measurements as a fraction of the image's values",
              positive_fraction<double>),
        field("form", &CirculantOptions::form,
              "convolution with the filter, or elementwise product, as the published "
              "program computes on torch >= 1.8")};
  }
};

// "signs" [n], "filter" [n], "kept" [m]
StateDict draw_state(const CirculantOptions& options, const Shape& image_shape,
                     const RandomStreams& streams, const OperatorFiles&);

class PartialCirculant : public ForwardOperator {
 public:
  PartialCirculant(const CirculantOptions& options, Shape image_shape, const StateDict& state);

  std::string describe() const override;
  Json options() const override { return options_; }
  StateDict state() const override;

 private:
  Tensor measure(const Tensor& image) const override;  // [N, ...] -> [N, m]

  Json options_;
  CirculantForm form_;
  FrozenTensor signs_;   // [1, n], -1 or 1
  FrozenTensor filter_;  // [1, n]
  FrozenTensor kept_;    // [1, m], which values are measured
};

struct GaussianProjectionOptions {
  std::int64_t rows = 500;
  using Operator = class GaussianProjection;
  static constexpr std::string_view kind = "gaussian-projection";
  static constexpr OperatorTraits traits{.drawn_at_random = true};
  static constexpr auto fields() {
    return std::tuple{field("rows", &GaussianProjectionOptions::rows, "number of measurements",
                            positive<std::int64_t>)};
  }
};

// "matrix" [rows, n]
StateDict draw_state(const GaussianProjectionOptions& options, const Shape& image_shape,
                     const RandomStreams& streams, const OperatorFiles&);

class GaussianProjection : public ForwardOperator {
 public:
  GaussianProjection(const GaussianProjectionOptions& options, Shape image_shape,
                     const StateDict& state);

  std::string describe() const override;
  Json options() const override { return options_; }
  StateDict state() const override { return {{"matrix", matrix_.drawn()}}; }

 private:
  Tensor measure(const Tensor& image) const override;  // [N, ...] -> [N, rows]

  Json options_;
  FrozenTensor matrix_;  // [rows, n]
};

}  // namespace sgilo
