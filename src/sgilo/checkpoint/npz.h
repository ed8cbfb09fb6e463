// Arrays of NumPy by name: a zip archive of <name>.npy records.
#pragma once

#include <filesystem>

#include "sgilo/checkpoint/checkpoint.h"
#include "sgilo/checkpoint/zip_archive.h"

namespace sgilo {

// Every record must be an array. Throws FormatError naming the record.
void read_npz(const ZipArchive& archive, Checkpoint& checkpoint);

// Uncompressed, as numpy.savez writes it. Throws ConfigError for types that .npy lacks and for
// names that no record can have.
void write_npz(const std::filesystem::path& path, const StateDict& tensors);

}  // namespace sgilo
