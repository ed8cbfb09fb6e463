// Arrays of NumPy by name: a zip archive of <name>.npy records.
#pragma once

#include <filesystem>

#include "sgilo/checkpoint/checkpoint.h"
#include "sgilo/checkpoint/zip_archive.h"

namespace sgilo {

// Whether a record is named as an array.
bool is_npz(const ZipArchive& archive);

// Arrays of texts, objects and other types that are not read, and records that are no arrays, are
// among the checkpoint's unread ones. Throws FormatError naming the record, also where none is
// read.
void read_npz(const ZipArchive& archive, Checkpoint& checkpoint);

// Uncompressed, as numpy.savez writes it; atomic. Throws ConfigError for types that .npy lacks and
// for names that no record can have.
void write_npz(const std::filesystem::path& path, const StateDict& tensors);

}  // namespace sgilo
