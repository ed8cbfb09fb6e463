// Tensors by name in one file: 8 bytes of header length (little-endian), a JSON header
// {"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, "__metadata__": {...}},
// then the bytes of the tensors, without holes. https://huggingface.co/docs/safetensors
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "sgilo/checkpoint/checkpoint.h"

namespace sgilo {

struct SafetensorsFile {
  StateDict tensors;                            // on the CPU, each with its own memory
  std::map<std::string, std::string> metadata;  // the header's "__metadata__"
};

// Types F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL and C64. Throws FormatError, naming the
// file and the tensor, for anything that the format does not allow; nothing is allocated before the
// header is proved to fit the file.
SafetensorsFile read_safetensors(const std::filesystem::path& path);
SafetensorsFile read_safetensors(const Bytes& bytes, const std::filesystem::path& path);

bool is_safetensors(std::string_view start_of_file);
// Enters the tensors, and the metadata as values.
void read_safetensors_entries(const Bytes& file, Checkpoint& checkpoint);

// Atomic. Tensors of any device and layout; the widest types come first, so that each is aligned.
// Throws ConfigError for a tensor that the format cannot hold, Error when writing fails.
void write_safetensors(const std::filesystem::path& path, const StateDict& tensors,
                       const std::map<std::string, std::string>& metadata = {});

}  // namespace sgilo
