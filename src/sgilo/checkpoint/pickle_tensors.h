// The tensors of a pickle of PyTorch's: views of storages behind the calls that would rebuild them,
// arrays of NumPy, and storages by themselves.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "sgilo/checkpoint/checkpoint.h"
#include "sgilo/checkpoint/pickle_reader.h"
#include "sgilo/checkpoint/pickle_words.h"
#include "sgilo/checkpoint/storage_identity.h"

namespace sgilo {

// Finds a storage's bytes.
using StorageFinder = std::function<Bytes(const StorageIdentity&)>;

// The bytes behind torch.storage._load_from_bytes: a legacy stream whose only object is a storage.
struct InnerStorage {
  torch::ScalarType type = torch::kFloat32;
  Bytes bytes;
};
InnerStorage inner_storage(const Bytes& stream, const std::string& name,
                           const PickleOptions& options);

class PickleTensors {
 public:
  PickleTensors(const PickleView& view, PickleWords& words, const StorageFinder& find,
                const PickleOptions& options, Checkpoint& checkpoint)
      : view_(view), words_(words), find_(find), options_(options), checkpoint_(checkpoint) {}

  bool is_tensor(PickleRef ref) const;
  bool is_numpy_array(PickleRef ref) const;

  // Enter what the value is into the checkpoint; throw FormatError naming it.
  void enter_tensor(PickleRef ref, const std::string& path);
  void enter_numpy_array(PickleRef ref, const std::string& path);
  void enter_storage(PickleRef ref, const std::string& path);

  // Whether a tensor, or what it wraps, was entered under some name.
  bool was_entered(PickleRef ref) const { return entered_.count(ref) > 0; }

 private:
  bool is_wrapped_tensor(PickleRef ref) const;
  bool is_tensor_subclass(PickleRef ref) const;
  const std::vector<PickleRef>& tensor_arguments(PickleRef ref, const std::string& name);
  Shape sizes_of(PickleRef tuple, PickleRef tensor, const std::string& name) const;
  void read_lazy_operations(PickleRef metadata, PickleRef ref, const std::string& name,
                            TensorEntry& entry);
  std::optional<Bytes> numpy_bytes(PickleRef ref);
  InnerStorage storage(PickleRef ref, const std::string& path);
  Bytes shared(const StorageIdentity& identity);
  void add(PickleRef ref, const std::string& name, TensorEntry entry);

  const PickleView& view_;
  PickleWords& words_;
  const StorageFinder& find_;
  const PickleOptions& options_;
  Checkpoint& checkpoint_;
  std::unordered_set<PickleRef> entered_;
  std::unordered_map<PickleRef, InnerStorage> storages_;
  std::unordered_map<PickleRef, Bytes> encoded_;  // texts that stand for bytes
  std::map<std::string, Bytes> by_key_;
  std::map<std::uint64_t, InnerStorage> inner_;  // by the position of its bytes
};

}  // namespace sgilo
