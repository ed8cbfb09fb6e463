// The meaning of a pickle that PyTorch wrote: tensors that are views of storages, modules with
// their parameters, dictionaries; everything else stays a plain value or the name of a class.
#pragma once

#include "sgilo/checkpoint/checkpoint.h"
#include "sgilo/checkpoint/pickle_reader.h"
#include "sgilo/checkpoint/pickle_tensors.h"

namespace sgilo {

// Enters all tensors, values and classes under dotted names. `pickle_bytes`: where the document's
// byte strings lie; `find`: null where the format has no storages outside the pickle. Throws
// FormatError naming the tensor.
void enter_pickle(const PickleDocument& document, const Bytes& pickle_bytes,
                  const StorageFinder& find, const PickleOptions& options, Checkpoint& checkpoint);

}  // namespace sgilo
