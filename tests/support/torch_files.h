// Files of tensors as PyTorch writes them, for tests: the zip archive of torch.save, the old
// stream, and a network snapshot of NVIDIA whose storages lie inside the pickle. Tensors that share
// memory share a storage; views keep their offset and strides.
#pragma once

#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "sgilo/checkpoint/zip_writer.h"
#include "sgilo/core/state_dict.h"
#include "support/pickle_writer.h"

namespace sgilo {

inline std::string storage_class(torch::ScalarType type) {
  switch (type) {
    case torch::kFloat64:
      return "DoubleStorage";
    case torch::kFloat16:
      return "HalfStorage";
    case torch::kBFloat16:
      return "BFloat16Storage";
    case torch::kInt64:
      return "LongStorage";
    case torch::kInt32:
      return "IntStorage";
    case torch::kInt16:
      return "ShortStorage";
    case torch::kInt8:
      return "CharStorage";
    case torch::kUInt8:
      return "ByteStorage";
    case torch::kBool:
      return "BoolStorage";
    case torch::kComplexFloat:
      return "ComplexFloatStorage";
    case torch::kComplexDouble:
      return "ComplexDoubleStorage";
    default:
      return "FloatStorage";
  }
}

// The storages of some tensors, each once, under the keys "0", "1", ...
class TorchStorages {
 public:
  struct Storage {
    std::string key, type;
    const void* data;
    std::uint64_t count, bytes;
  };

  explicit TorchStorages(const StateDict& tensors) {
    for (const auto& [name, tensor] : tensors) {
      const void* address = tensor.storage().unsafeGetStorageImpl();
      if (!by_address_.emplace(address, storages_.size()).second) continue;
      const std::uint64_t bytes = tensor.storage().nbytes();
      storages_.push_back({std::to_string(storages_.size()), storage_class(tensor.scalar_type()),
                           data_of(tensor), bytes / tensor.element_size(), bytes});
    }
  }
  const std::vector<Storage>& all() const { return storages_; }
  const Storage& of(const Tensor& tensor) const {
    return storages_[by_address_.at(tensor.storage().unsafeGetStorageImpl())];
  }

 private:
  static const void* data_of(const Tensor& tensor) {
    return tensor.numel() == 0 ? nullptr
                               : static_cast<const char*>(tensor.data_ptr()) -
                                     tensor.storage_offset() * tensor.element_size();
  }
  std::map<const void*, std::size_t> by_address_;
  std::vector<Storage> storages_;
};

// _rebuild_tensor_v2(storage, offset, sizes, strides, requires_grad, hooks)
inline std::string torch_tensor(const Tensor& tensor, const std::string& storage) {
  const auto numbers = [](at::IntArrayRef values) {
    std::vector<std::string> out;
    for (const std::int64_t value : values) out.push_back(pickle::integer(value));
    return pickle::tuple(out);
  };
  return pickle::call(pickle::global("torch._utils", "_rebuild_tensor_v2"),
                      {storage, pickle::integer(tensor.storage_offset()), numbers(tensor.sizes()),
                       numbers(tensor.strides()), pickle::boolean(false),
                       pickle::call(pickle::global("collections", "OrderedDict"), {})});
}

// The object {name: tensor, ...} with storages outside of the pickle.
inline std::string torch_pickle(const StateDict& tensors, const TorchStorages& storages,
                                bool legacy) {
  std::vector<std::pair<std::string, std::string>> entries;
  for (const auto& [name, tensor] : tensors) {
    const TorchStorages::Storage& storage = storages.of(tensor);
    std::vector<std::string> identity = {
        pickle::text("storage"), pickle::global("torch", storage.type), pickle::text(storage.key),
        pickle::text("cpu"), pickle::integer(static_cast<std::int64_t>(storage.count))};
    if (legacy) identity.push_back(pickle::none());
    entries.emplace_back(pickle::text(name),
                         torch_tensor(tensor, pickle::persistent(pickle::tuple(identity))));
  }
  return pickle::whole(pickle::dict(entries));
}

inline void write_torch_zip(const std::filesystem::path& path, const StateDict& tensors) {
  const TorchStorages storages(tensors);
  const std::string object = torch_pickle(tensors, storages, false), order = "little",
                    version = "3\n";
  std::vector<ZipRecord> records = {{"archive/data.pkl", {{object.data(), object.size()}}},
                                    {"archive/byteorder", {{order.data(), order.size()}}}};
  for (const auto& storage : storages.all())
    records.push_back({"archive/data/" + storage.key, {{storage.data, storage.bytes}}});
  records.push_back({"archive/version", {{version.data(), version.size()}}});
  write_zip(path, records);
}

// Zeros in place of every record's checksum, as of an archive that was written without.
inline void write_torch_zip_without_checksums(const std::filesystem::path& path,
                                              const StateDict& tensors) {
  write_torch_zip(path, tensors);
  std::ifstream in(path, std::ios::binary);
  std::string archive{std::istreambuf_iterator<char>(in), {}};
  for (const auto& [signature, checksum] : {std::pair("PK\x03\x04", 14), {"PK\x01\x02", 16}})
    for (std::size_t at = 0; (at = archive.find(signature, at)) != archive.npos; ++at)
      archive.replace(at + static_cast<std::size_t>(checksum), 4, 4, '\0');
  std::ofstream(path, std::ios::binary) << archive;
}

// The stream around an object's pickle and its storages.
inline std::string torch_legacy_stream(const std::string& object,
                                       const std::vector<TorchStorages::Storage>& storages) {
  const std::string magic = "\x8a\x0al\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";
  std::string out =
      pickle::whole(magic) + pickle::whole(pickle::integer(1001)) +
      pickle::whole(pickle::dict({{pickle::text("protocol_version"), pickle::integer(1001)},
                                  {pickle::text("little_endian"), pickle::boolean(true)}})) +
      object;
  std::vector<std::string> keys;
  for (const auto& storage : storages) keys.push_back(pickle::text(storage.key));
  out += pickle::whole(pickle::list(keys));
  for (const auto& storage : storages) {
    out += pickle::little_endian(static_cast<std::int64_t>(storage.count));
    if (storage.bytes > 0) out.append(static_cast<const char*>(storage.data), storage.bytes);
  }
  return out;
}

inline std::string torch_legacy(const StateDict& tensors) {
  const TorchStorages storages(tensors);
  return torch_legacy_stream(torch_pickle(tensors, storages, true), storages.all());
}

// {"G_ema": a module of persistent code whose parameters are the tensors}, each storage as the
// bytes of an old stream: torch.storage._load_from_bytes(b"...").
inline std::string nvidia_pickle(const StateDict& tensors) {
  std::vector<std::pair<std::string, std::string>> parameters;
  for (const auto& [name, tensor] : tensors) {
    const TorchStorages storages({{name, tensor}});
    const auto& storage = storages.of(tensor);
    const std::string inner = torch_legacy_stream(
        pickle::whole(pickle::persistent(pickle::tuple(
            {pickle::text("storage"), pickle::global("torch", storage.type),
             pickle::text(storage.key), pickle::text("cpu"),
             pickle::integer(static_cast<std::int64_t>(storage.count)), pickle::none()}))),
        storages.all());
    parameters.emplace_back(
        pickle::text(name),
        torch_tensor(tensor, pickle::call(pickle::global("torch.storage", "_load_from_bytes"),
                                          {pickle::bytes(inner)})));
  }
  const std::string state = pickle::dict({{pickle::text("_parameters"), pickle::dict(parameters)},
                                          {pickle::text("_buffers"), pickle::dict({})},
                                          {pickle::text("_modules"), pickle::dict({})}});
  const std::string module =
      pickle::call(pickle::global("torch_utils.persistence", "_reconstruct_persistent_obj"),
                   {pickle::dict({{pickle::text("type"), pickle::text("class")},
                                  {pickle::text("version"), pickle::integer(6)},
                                  {pickle::text("module_src"), pickle::text("raise SystemExit\n")},
                                  {pickle::text("class_name"), pickle::text("Generator")},
                                  {pickle::text("state"), state}})});
  return pickle::whole(pickle::dict({{pickle::text("G_ema"), module}}), 3);
}

}  // namespace sgilo
