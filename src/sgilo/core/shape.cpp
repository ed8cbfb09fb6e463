#include "sgilo/core/shape.h"

#include "sgilo/core/error.h"

namespace sgilo {

std::string shape_text(torch::IntArrayRef shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i) text += concat(i ? ", " : "", shape[i]);
  return text + "]";
}

void require_shape(std::string_view what, const Tensor& tensor, torch::IntArrayRef expected) {
  bool same = tensor.dim() == static_cast<std::int64_t>(expected.size());
  for (std::size_t i = 0; same && i < expected.size(); ++i)
    same = expected[i] < 0 || tensor.size(static_cast<std::int64_t>(i)) == expected[i];
  if (!same)
    throw ConfigError(concat(what, " must have shape ", shape_text(expected), ", but has ",
                             shape_text(tensor.sizes())));
}

void require_finite(std::string_view what, const Tensor& tensor) {
  if (!torch::isfinite(tensor).all().item<bool>())
    throw NumericError(concat(what, " is not finite"));
}

}  // namespace sgilo
