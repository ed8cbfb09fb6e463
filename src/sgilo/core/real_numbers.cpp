#include "sgilo/core/real_numbers.h"

#include "sgilo/core/error.h"

namespace sgilo {

std::string type_name(torch::ScalarType type) {
  switch (type) {
    case torch::kFloat32:
      return "float32";
    case torch::kFloat64:
      return "float64";
    case torch::kFloat16:
      return "float16";
    case torch::kBFloat16:
      return "bfloat16";
    case torch::kInt64:
      return "int64";
    case torch::kInt32:
      return "int32";
    case torch::kInt16:
      return "int16";
    case torch::kInt8:
      return "int8";
    case torch::kUInt8:
      return "uint8";
    case torch::kBool:
      return "bool";
    case torch::kComplexFloat:
      return "complex64";
    case torch::kComplexDouble:
      return "complex128";
    default:
      return c10::toString(type);
  }
}

void require_real_numbers(const Tensor& tensor, const std::string& what) {
  if (!tensor.is_floating_point())
    throw FormatError(concat(what, " holds numbers of type ", type_name(tensor.scalar_type()),
                             ", but real numbers of type float16, bfloat16, float32 or float64 are "
                             "accepted"));
}

Tensor as_float32(const Tensor& tensor, const std::string& what) {
  require_real_numbers(tensor, what);
  return tensor.to(torch::kFloat32);
}

}  // namespace sgilo
