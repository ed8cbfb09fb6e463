// The zip archive that torch.save writes since version 1.6: <prefix>/data.pkl with the object, and
// <prefix>/data/<key> with the numbers of each storage. The archives of TorchScript modules are
// alike; their tensors are read too, their code is not.
#pragma once

#include "sgilo/checkpoint/torch_pickle.h"
#include "sgilo/checkpoint/zip_archive.h"

namespace sgilo {

// Whether the archive has a data.pkl in its first record's folder.
bool is_torch_zip(const ZipArchive& archive);
// Whether it carries the code of a module.
bool is_torch_script(const ZipArchive& archive);

// Throws FormatError.
void read_torch_zip(const ZipArchive& archive, const PickleOptions& options,
                    Checkpoint& checkpoint);

}  // namespace sgilo
