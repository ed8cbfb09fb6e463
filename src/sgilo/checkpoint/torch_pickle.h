// The meaning of a pickle that PyTorch wrote: tensors that are views of storages, modules with
// their parameters, dictionaries; everything else stays a plain value or the name of a class.
#pragma once

#include <functional>

#include "sgilo/checkpoint/checkpoint.h"
#include "sgilo/checkpoint/pickle_reader.h"

namespace sgilo {

// A storage as a persistent identity names it: ("storage", class, key, location, count[, view]).
struct StorageIdentity {
  torch::ScalarType type = torch::kFloat32;
  std::string key;
  std::uint64_t count = 0;  // numbers
  // The legacy form's view of another storage; empty key: none.
  std::string view_key;
  std::uint64_t view_offset = 0, view_count = 0;

  std::uint64_t bytes() const { return count * torch::elementSize(type); }
};

// Reads the identity; throws FormatError naming `where` and the byte for anything else.
StorageIdentity storage_identity(const PickleDocument& document, PickleRef persistent,
                                 const std::string& where);

// Finds a storage's bytes.
using StorageFinder = std::function<Bytes(const StorageIdentity&)>;

// Enters all tensors, values and classes under dotted names. `pickle_bytes`: where the document's
// byte strings lie; `find`: null where the format has no storages outside the pickle. Throws
// FormatError naming the tensor.
void enter_pickle(const PickleDocument& document, const Bytes& pickle_bytes,
                  const StorageFinder& find, const PickleOptions& options, Checkpoint& checkpoint);

// The bytes behind torch.storage._load_from_bytes: a legacy stream whose only object is a storage.
struct InnerStorage {
  torch::ScalarType type = torch::kFloat32;
  Bytes bytes;
};
InnerStorage inner_storage(const Bytes& stream, const std::string& name,
                           const PickleOptions& options);

}  // namespace sgilo
