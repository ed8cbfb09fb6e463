#include "sgilo/operators/operator_state.h"

#include "sgilo/core/error.h"
#include "sgilo/core/real_numbers.h"
#include "sgilo/core/shape.h"

namespace sgilo {

const Tensor& require_state(const StateDict& state, const std::string& name,
                            torch::IntArrayRef shape) {
  const Tensor& tensor = require_tensor(state, name);
  try {
    require_shape(concat("tensor '", name, "'"), tensor, shape);
    if (tensor.is_complex())
      throw FormatError(
          concat("tensor '", name, "' must hold real numbers, but holds complex ones"));
    require_finite(concat("tensor '", name, "'"), tensor);
  } catch (const Error& error) {
    throw FormatError(error.what());
  }
  return tensor;
}

Tensor require_indices(const StateDict& state, const std::string& name, std::int64_t count) {
  const Tensor& given = require_state(state, name, {-1});
  if (!torch::isIntegralType(given.scalar_type(), false))
    throw FormatError(concat("tensor '", name, "' holds numbers of type ",
                             type_name(given.scalar_type()), ", but must hold whole numbers"));
  const Tensor indices = given.to(torch::kInt64);
  const bool fits = indices.numel() > 0 && indices.min().item<std::int64_t>() >= 0 &&
                    indices.max().item<std::int64_t>() < count;
  if (!fits || std::get<0>(torch::_unique(indices)).numel() != indices.numel())
    throw FormatError(
        concat("tensor '", name, "' must hold distinct indices from 0 to ", count - 1));
  return indices;
}

}  // namespace sgilo
