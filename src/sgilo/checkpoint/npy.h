// One array of NumPy in a file (.npy, versions 1.0 and 2.0): a magic word, a header that is a
// Python dictionary {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)}, the numbers.
// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
#pragma once

#include <filesystem>

#include "sgilo/core/torch.h"

namespace sgilo {

// Types f8, f4, f2, i8, i4, i2, i1, u1 and b1, little-endian, in C or Fortran order. The tensor is
// contiguous. Throws FormatError for all else, naming what was found.
Tensor read_npy(const std::filesystem::path& path);

// Atomic; version 1.0, C order. Throws ConfigError for a type that the list above lacks.
void write_npy(const std::filesystem::path& path, const Tensor& tensor);

}  // namespace sgilo
