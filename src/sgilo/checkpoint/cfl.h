// Arrays of BART: <name>.hdr, a text with the dimensions, and <name>.cfl, complex numbers of two
// float32 each, the first axis adjacent. https://bart-doc.readthedocs.io
#pragma once

#include <filesystem>

#include "sgilo/checkpoint/checkpoint.h"

namespace sgilo {

// Whether the path names such a pair: <name>.cfl, <name>.hdr, or <name> where only the pair exists.
bool is_cfl(const std::filesystem::path& path);

// The pair's file of numbers.
std::filesystem::path cfl_data(const std::filesystem::path& path);

// Enters "array" of type complex64; axes of size 1 at the end are left out. Throws FormatError.
void read_cfl_entry(const std::filesystem::path& path, Checkpoint& checkpoint);

// The header of a pair, for the size of its data; throws FormatError naming `where`.
Shape read_cfl_header(std::string_view text, const std::string& where);

}  // namespace sgilo
