// Arrays in files as other programs write and read them.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include "sgilo/checkpoint/npy.h"

namespace sgilo {

inline Tensor read_npy(const std::filesystem::path& path) {
  Checkpoint checkpoint;
  checkpoint.path = path;
  read_npy_file(file_bytes(path), checkpoint);
  return checkpoint.load("array");
}

// A pair of BART's, <path>.hdr and <path>.cfl.
inline void write_cfl(const std::filesystem::path& path, const Tensor& tensor) {
  std::string sizes;
  Shape reversed;
  for (std::int64_t i = 0; i < tensor.dim(); ++i) {
    sizes += std::to_string(tensor.size(i)) + " ";
    reversed.insert(reversed.begin(), i);
  }
  if (sizes.empty()) sizes = "1 ";
  const Tensor numbers = tensor.to(torch::kComplexFloat).permute(reversed).contiguous();
  std::ofstream(path.string() + ".hdr") << "# Dimensions\n" << sizes << "\n# Creator\ntest\n";
  std::ofstream(path.string() + ".cfl", std::ios::binary)
      .write(static_cast<const char*>(numbers.data_ptr()),
             static_cast<std::streamsize>(numbers.nbytes()));
}

}  // namespace sgilo
