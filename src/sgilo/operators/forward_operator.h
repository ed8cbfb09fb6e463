// The measurement operator A of y = A(x) + noise: differentiable, frozen at construction (mask,
// filter, indices and signs are its state), on any device and in float32 or float64, as its input.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "sgilo/core/options_json.h"
#include "sgilo/core/state_dict.h"
#include "sgilo/core/torch.h"
#include "sgilo/operators/option_text.h"

namespace sgilo {

// What data that were not made here, but observed, are for an operator as a file.
enum class ObservedFile {
  none,         // no picture: the measurements are other numbers
  image,        // a picture of the image's size, of which the operator takes pixels
  measurement,  // a picture of the measurement's shape
};

// What is known of an operator before it is made; a member of its options, `traits`.
struct OperatorTraits {
  bool drawn_at_random = false;  // so that it cannot have made observed data
  ObservedFile observed_file = ObservedFile::none;
};
template <Options S>
constexpr OperatorTraits traits_of(const S&) {
  return S::traits;
}

class ForwardOperator {
 public:
  virtual ~ForwardOperator() = default;

  // [N, image shape...] -> [N, measurement shape...], differentiable, each row by itself. Throws
  // ConfigError for another shape.
  Tensor apply(const Tensor& image) const;

  // [N, measurement shape...] -> [N, image shape...], without history: the VJP of apply at 0, which
  // is A^T y when A is linear. Throws ConfigError for another shape.
  virtual Tensor adjoint(const Tensor& measurements) const;

  virtual bool linear() const { return true; }
  virtual std::string describe() const = 0;  // "inpaint (keep = 0.05: 205 of 4096 pixels)"

  // [C,H,W]; within a chain, what the operator before leaves.
  const Shape& image_shape() const { return image_shape_; }
  Shape measurement_shape() const;  // of one measurement, without the batch axis

  virtual Json options() const = 0;  // {"kind": "inpaint", "keep": 0.05}

  // The frozen tensors; options and state rebuild the operator exactly (restore_operator).
  virtual StateDict state() const { return {}; }

  // A picture of measurements for people, [N, image shape...] in [-1, 1]. Throws ConfigError for
  // another shape.
  Tensor picture(const Tensor& measurements) const;

 protected:
  explicit ForwardOperator(Shape image_shape);

  // What a member is: apply and picture of tensors whose shape is checked. The picture is by
  // default A^T y, each row scaled to a largest magnitude of 1.
  virtual Tensor measure(const Tensor& image) const = 0;
  virtual Tensor picture_of(const Tensor& measurements) const;

 private:
  void require_image(const Tensor& image) const;
  void require_measurements(const Tensor& measurements, torch::IntArrayRef expected) const;

  Shape image_shape_;
};

// Throws ConfigError unless `image_shape` is [channels, height, width].
void require_planes(std::string_view kind, const Shape& image_shape);

// The largest magnitude of each row becomes 1; rows of zeros stay.
Tensor scaled_to_unit_range(const Tensor& rows);

}  // namespace sgilo
