// Every pixel is seen: A(x) = x, which makes denoising of the noise alone.
#pragma once

#include "sgilo/operators/forward_operator.h"

namespace sgilo {

struct IdentityOptions {
  using Operator = class Identity;
  static constexpr std::string_view kind = "identity";
  static constexpr OperatorTraits traits{.observed_file = ObservedFile::measurement};
  static constexpr auto fields() { return std::tuple<>{}; }
};

class Identity : public ForwardOperator {
 public:
  Identity(const IdentityOptions&, Shape image_shape, const StateDict& = {})
      : ForwardOperator(std::move(image_shape)) {}

  std::string describe() const override { return "identity"; }
  Json options() const override { return options_with_kind(IdentityOptions{}); }

 private:
  Tensor measure(const Tensor& image) const override { return image; }
  Tensor picture_of(const Tensor& measurements) const override { return measurements.clamp(-1, 1); }
};

}  // namespace sgilo
