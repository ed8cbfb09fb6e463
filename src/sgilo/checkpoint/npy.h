// One array of NumPy in a file (.npy, versions 1.0 to 3.0): a magic word, a header that is a
// Python dictionary {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)}, the numbers.
// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

#include "sgilo/checkpoint/checkpoint.h"

namespace sgilo {

// The type of a description such as "<f4": f8, f4, f2, i8, i4, i2, i1, u1, b1, c8 and c16,
// little-endian; nothing for one that is not read.
std::optional<torch::ScalarType> npy_type(std::string_view description);

bool is_npy(std::string_view start_of_file);
// Enters "array", in C or Fortran order, or throws FormatError naming what was found.
void read_npy_file(const Bytes& file, Checkpoint& checkpoint);
// Enters the array under `name`, among the unread ones where its type is none of the above; `where`
// is how the user knows the bytes.
void read_npy_entry(const Bytes& bytes, const std::string& where, const std::string& name,
                    Checkpoint& checkpoint);

// Atomic; version 1.0, C order. Throws ConfigError for a type that the list above lacks.
void write_npy(const std::filesystem::path& path, const Tensor& tensor);

// What comes before the numbers; throws ConfigError naming `where`.
std::string npy_header(const Tensor& tensor, const std::string& where);

}  // namespace sgilo
