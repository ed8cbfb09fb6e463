// The one table of what files begin with: of images, which folders and refusals name, and of all else
// that a user may hand to a verb by mistake.
#pragma once

#include <optional>
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

struct KnownFile {
  FileKind kind;
  std::string_view name;  // "a GIF image", "an HDF5 file"
};

// By the first bytes, of which a kilobyte suffices. Nothing for the image formats that are read
// (image_format.h), for texts, and for what a number or a name in the file must tell.
std::optional<KnownFile> known_file(std::string_view start);

}  // namespace sgilo
