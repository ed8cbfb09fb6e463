#include "sgilo/checkpoint/torch_script.h"

#include <torch/script.h>

#include <algorithm>

#include "sgilo/checkpoint/torch_zip.h"
#include "sgilo/core/error.h"
#include "sgilo/core/shape.h"
#include "sgilo/files/file_problem.h"

namespace sgilo {
namespace {

// The sentence of libtorch's errors, without its stack.
std::string first_line(const std::exception& error) {
  const std::string text = error.what();
  return text.substr(0, text.find('\n'));
}

// What is no module says so before trust is asked for.
void require_module(const std::filesystem::path& path) {
  const Bytes bytes = file_bytes(path);
  std::string start(std::min<std::uint64_t>(bytes->size(), 4), '\0');
  bytes->read_at(0, start.data(), start.size());
  if (start != "PK\x03\x04" || !is_torch_script(ZipArchive(bytes, path.string())))
    throw format_error(path, concat("holds no module of TorchScript, but ", kTorchScriptMeant));
}

}  // namespace

struct TorchScript::Module {
  torch::jit::Module loaded;
};

TorchScript::TorchScript(const std::filesystem::path& path, bool trusted, torch::Device device)
    : path_(path) {
  require_module(path);
  if (!trusted)
    throw ConfigError(concat(path.string(),
                             ": is a module of TorchScript, whose code would run with your rights; "
                             "state --trust for a file of your own"));
  try {
    module_ = std::make_shared<Module>(Module{torch::jit::load(path.string(), device)});
  } catch (const std::exception& error) {
    throw format_error(path, concat("libtorch cannot load it: ", first_line(error)));
  }
  module_->loaded.eval();
}

Tensor TorchScript::forward(const Tensor& x) const {
  try {
    return module_->loaded.forward({x}).toTensor();
  } catch (const std::exception& error) {
    throw format_error(path_, concat("its forward() fails on a tensor of shape ",
                                     shape_text(x.sizes()), ": ", first_line(error)));
  }
}

std::vector<std::string> TorchScript::methods() const {
  std::vector<std::string> out;
  for (const auto& method : module_->loaded.get_methods()) {
    const auto& schema = method.function().getSchema();
    std::vector<std::string> arguments, returns;
    for (const auto& argument : schema.arguments())
      if (argument.name() != "self")
        arguments.push_back(concat(argument.type()->str(), " ", argument.name()));
    for (const auto& result : schema.returns()) returns.push_back(result.type()->str());
    out.push_back(concat(method.name(), "(", join(arguments), ") -> ",
                         returns.empty() ? std::string("None") : join(returns)));
  }
  return out;
}

}  // namespace sgilo
