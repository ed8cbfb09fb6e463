// Arrays of the user where real numbers are meant: nothing is lost without a word.
#pragma once

#include <string>

#include "sgilo/core/torch.h"

namespace sgilo {

// "float32", "complex64", "bool": the names of NumPy and PyTorch.
std::string type_name(torch::ScalarType type);

// Throws FormatError for complex numbers, whose imaginary parts would be lost, and for booleans and
// whole numbers, of which it is not known what they count: "<what> holds numbers of type int64, but
// real numbers of type float16, bfloat16, float32 or float64 are accepted".
void require_real_numbers(const Tensor& tensor, const std::string& what);

// The tensor as float32; throws as require_real_numbers does.
Tensor as_float32(const Tensor& tensor, const std::string& what);

}  // namespace sgilo
