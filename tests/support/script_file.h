// A module of TorchScript in a file, whose forward() is the given code.
#pragma once

#include <torch/script.h>

#include <filesystem>
#include <string>

namespace sgilo {

inline void write_script(const std::filesystem::path& path, const std::string& code) {
  torch::jit::Module module("Module");
  module.register_buffer("scale", torch::full({1}, 2.0F));
  module.define(code);
  module.save(path.string());
}

}  // namespace sgilo
