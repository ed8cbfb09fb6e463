// What a file plainly is, by its first bytes (a folder: by its manifest), whatever its name says,
// and which verb takes it: so that a file of another verb's kind is refused with the way on.
#pragma once

#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>

namespace sgilo {

enum class FileKind {
  unknown,  // also what is missing, empty, a stream or cannot be read: the reader's own words fit
  image,
  measurement,
  safetensors,  // of anything else
  weights,      // of PyTorch, or a pickle
  array,        // npy, npz
  json,
  text,
  web_page,
  lfs_pointer,
  compressed,  // by gzip, bzip2, xz or zstd
  archive,     // zip or tar of other things
  foreign,     // HDF5, GGUF, ONNX and other formats that are not read
  run_folder,
  model_folder,
  folder  // any other
};

FileKind file_kind(const std::filesystem::path& path);

// Throws FormatError where the path is plainly of another kind than the `accepted` ones; `taker`
// says what they are for: "cat.png: is an image (PNG), but solve takes a measurement; measure it
// first, for example: sgilo measure cat.png -o cat.safetensors". Paths of unknown kind pass.
void require_kind(const std::filesystem::path& path, std::string_view taker,
                  std::initializer_list<FileKind> accepted);

// For readers of weights and arrays in any format.
void require_weights_file(const std::filesystem::path& path, std::string_view taker);

}  // namespace sgilo
