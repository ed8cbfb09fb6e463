// A module of TorchScript. Unlike every other file here it is a program: libtorch loads it and runs
// its code, which can do whatever this process may. So it is opened only where the user says that
// the file is trusted. A module saved by a newer PyTorch need not load in an older libtorch.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sgilo/core/torch.h"

namespace sgilo {

// What a refusal says of the file that a user names as a module.
inline constexpr std::string_view kTorchScriptMeant =
    "a TorchScript file is meant, as torch.jit.save writes one";

class TorchScript {
 public:
  // Throws FormatError for a file that is none, ConfigError unless `trusted`, FormatError when
  // libtorch cannot load it.
  TorchScript(const std::filesystem::path& path, bool trusted, torch::Device device = torch::kCPU);

  // What forward() makes of one tensor. Throws FormatError when it fails or returns no tensor.
  Tensor forward(const Tensor& x) const;

  // "forward(Tensor x) -> Tensor", for each method.
  std::vector<std::string> methods() const;

  struct Module;

 private:
  std::filesystem::path path_;
  std::shared_ptr<Module> module_;
};

}  // namespace sgilo
