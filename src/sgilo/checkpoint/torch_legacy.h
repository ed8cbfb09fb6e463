// The file that torch.save wrote before version 1.6: five pickles (magic number, version, the
// machine, the object, the keys of its storages),
// then the storages' counts and numbers in the order of the keys.
#pragma once

#include "sgilo/checkpoint/torch_pickle.h"

namespace sgilo {

// Whether the bytes start with a pickle of the magic number.
bool is_torch_legacy(const Bytes& file, const std::string& name);

// Throws FormatError.
void read_torch_legacy(const Bytes& file, const PickleOptions& options, Checkpoint& checkpoint);

}  // namespace sgilo
