// Every pixel is seen: A(x) = x, which makes denoising of the noise alone.
#pragma once

#include "sgilo/operators/forward_operator.h"

namespace sgilo {

struct IdentityOptions {
  static constexpr std::string_view kind = "identity";
  static constexpr auto fields() { return std::tuple<>{}; }
};

class Identity : public ForwardOperator {
 public:
  explicit Identity(Shape image_shape) : ForwardOperator(std::move(image_shape)) {}

  Tensor apply(const Tensor& image) const override;
  std::string describe() const override { return "identity"; }
  Json options() const override { return options_with_kind(IdentityOptions{}); }
  Tensor picture(const Tensor& measurements) const override;
};

}  // namespace sgilo
