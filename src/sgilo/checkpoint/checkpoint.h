// What a file of weights holds, whatever its format: tensors by name, read when asked for, and the
// plain values beside them. Nested dictionaries and modules give dotted names
// ("G_ema.mapping.fc0.weight").
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "sgilo/checkpoint/byte_source.h"
#include "sgilo/core/options_json.h"
#include "sgilo/core/state_dict.h"

namespace sgilo {

struct CheckpointLimits {
  std::int64_t tensors = 100'000;
  double gibibytes = 64;
  double expansion = 16;
  static constexpr auto fields() {
    using O = CheckpointLimits;
    return std::tuple{
        field("tensors", &O::tensors, "most tensors in a file", positive<std::int64_t>),
        field("gibibytes", &O::gibibytes, "largest sum of the tensors' sizes in GiB",
              positive<double>),
        field("expansion", &O::expansion,
              "that sum as a multiple of the file's size (views may repeat numbers)",
              positive<double>)};
  }
};

// A view of numbers in a file: element (i, j, ..) is number
// offset + i strides[0] + j strides[1] + .. of `storage`.
struct TensorEntry {
  torch::ScalarType type = torch::kFloat32;
  Shape sizes, strides;
  std::int64_t offset = 0;
  Bytes storage;
  // The numbers that are stored are the conjugates, the negatives, of the tensor's.
  bool conjugate = false, negative = false;

  std::uint64_t bytes() const;  // once it is contiguous
  bool contiguous() const;
};

struct Checkpoint {
  std::filesystem::path path;
  std::string format;  // "PyTorch zip", "safetensors"
  std::map<std::string, TensorEntry> tensors;
  std::map<std::string, Json> values;          // "args.lr": 0.002
  std::map<std::string, std::string> classes;  // of modules and other objects: "G_ema": "Generator"
  Bytes whole;                                 // of an archive, for its checksums; may be null
  std::map<std::string, std::string> unread;   // arrays that cannot be read, and why: "holds .."
  std::vector<std::string> notes;  // what the user should know of what was read or left out

  std::vector<std::string> warnings() const;  // the notes, each behind the file's name

  bool has(const std::string& name) const { return tensors.count(name) > 0; }
  // One tensor, contiguous, with its own memory. Throws FormatError when it is missing or unread.
  Tensor load(const std::string& name) const;
  // All tensors whose name starts with `prefix`, without it.
  // A storage that several share is read once.
  StateDict state(const std::string& prefix = "") const;
  // Reads everything that has a checksum; throws FormatError when one differs.
  void verify() const;
};

// Throws FormatError when the view leaves its storage, or a size or stride is negative; `where`
// names the file and the tensor.
void require_inside_storage(const TensorEntry& entry, const std::string& where);

// Throws FormatError when the tensors, or the records of an archive, together exceed the limits;
// `file_bytes`: all of the file.
void require_limits(const Checkpoint& checkpoint, std::uint64_t file_bytes,
                    const CheckpointLimits& limits);

}  // namespace sgilo
