// The measurement operator A of y = A(x) + noise: differentiable, frozen at construction (mask,
// filter, indices and signs are its state).
#pragma once

#include <string>

#include "sgilo/core/options_json.h"
#include "sgilo/core/state_dict.h"
#include "sgilo/core/torch.h"

namespace sgilo {

class ForwardOperator {
 public:
  virtual ~ForwardOperator() = default;

  virtual Tensor apply(const Tensor& image) const = 0;  // [N,C,H,W] -> [N,...], differentiable
  virtual Tensor adjoint(const Tensor& measurements)
      const;  // [N,...] -> [N,C,H,W]; the VJP of apply at 0 (A^T when linear)
  virtual bool linear() const { return true; }
  virtual std::string describe() const = 0;  // "inpaint (keep = 0.05: 205 of 4096 pixels)"

  const Shape& image_shape() const { return image_shape_; }  // [C,H,W]
  Shape measurement_shape() const;   // shape of one measurement, without the batch axis
  virtual Json options() const = 0;  // {"kind": "inpaint", "keep": 0.05}
  virtual StateDict state() const {
    return {};
  }  // the frozen tensors; options + state rebuild the operator exactly

  // A picture of the measurement for people: [N,C,H,W] in [-1,1] (kept pixels on grey, enlarged
  // small images, A^T y scaled, ...).
  virtual Tensor picture(const Tensor& measurements) const;

 protected:
  explicit ForwardOperator(Shape image_shape) : image_shape_(std::move(image_shape)) {}

 private:
  Shape image_shape_;
};

}  // namespace sgilo
