// Opens a file of weights in any of the field's formats, recognised by its content: PyTorch's zip
// archives, old streams and pickles (also NVIDIA's network snapshots), safetensors, .npy, .npz and
// BART's .cfl/.hdr. Nothing in the file is executed.
#pragma once

#include "sgilo/checkpoint/checkpoint.h"
#include "sgilo/checkpoint/pickle_reader.h"

namespace sgilo {

struct CheckpointOptions {
  PickleOptions pickle;
  CheckpointLimits limits;
  static constexpr auto fields() {
    using O = CheckpointOptions;
    return std::tuple{field("pickle", &O::pickle, "limits of pickles"),
                      field("limits", &O::limits, "limits of what the file holds")};
  }
};

// Names, shapes and types are read and checked; numbers are read when asked for. Throws FormatError
// for a file that is damaged, hostile or of no known format.
Checkpoint open_checkpoint(const std::filesystem::path& path,
                           const CheckpointOptions& options = {});

// The same for bytes that are there already; `path` is their name.
Checkpoint open_checkpoint(const Bytes& file, const std::filesystem::path& path,
                           const CheckpointOptions& options = {});

// The file that holds the numbers: of BART's <name>, <name>.hdr and <name>.cfl the last, else the
// file itself.
std::filesystem::path numbers_file(const std::filesystem::path& path);

}  // namespace sgilo
