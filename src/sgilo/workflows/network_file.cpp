#include "sgilo/workflows/network_file.h"

#include "sgilo/core/error.h"
#include "sgilo/files/file_problem.h"
#include "sgilo/generator/rosinality.h"

namespace sgilo {
namespace {

void to_float32(StateDict& state) {
  for (auto& [name, tensor] : state)
    if (tensor.is_floating_point()) tensor = tensor.to(torch::kFloat32);
}

bool holds_generator(const Checkpoint& checkpoint, const std::string& prefix) {
  return checkpoint.has(prefix + "synthesis.b4.const") || checkpoint.has(prefix + "input.input");
}

// The limit that the file states for a generator's activations; 0: none.
double clamp_of(const Checkpoint& checkpoint, const std::string& prefix) {
  for (const std::string& name : {prefix + "synthesis.b4.conv1.conv_clamp",
                                  prefix + "_init_kwargs.synthesis_kwargs.conv_clamp",
                                  std::string("conv_clamp"), std::string("clamp")}) {
    const auto found = checkpoint.values.find(name);
    if (found == checkpoint.values.end()) continue;
    if (found->second.is_number()) return found->second.get<double>();
    if (found->second.is_string())
      return std::strtod(found->second.get<std::string>().c_str(), nullptr);
    return 0;
  }
  return 0;
}

// Makes something of a file's tensors, naming the file where they do not fit.
template <class Make>
auto made_of(const std::filesystem::path& path, Make make) {
  try {
    return make();
  } catch (const Error& error) {
    throw format_error(path, error.what());
  }
}

}  // namespace

std::string generator_prefix(const Checkpoint& checkpoint) {
  for (const char* prefix : {"G_ema.", "g_ema.", ""})
    if (holds_generator(checkpoint, prefix)) return prefix;
  for (const auto& [name, entry] : checkpoint.tensors)
    if (name.find("synthesis.input.freqs") != std::string::npos ||
        name.find("synthesis.input.transform") != std::string::npos)
      throw format_error(checkpoint.path,
                         "holds a StyleGAN3 generator, but only StyleGAN2 is known");
  for (const char* prefix : {"G.", "g."})
    if (holds_generator(checkpoint, prefix)) return prefix;
  throw format_error(checkpoint.path,
                     "holds no StyleGAN2 generator: neither 'synthesis.b4.const' (NVIDIA) nor "
                     "'input.input' (rosinality) is among its tensors");
}

GeneratorFile generator_of(const Checkpoint& checkpoint) {
  GeneratorFile file;
  file.prefix = generator_prefix(checkpoint);
  StateDict state = checkpoint.state(file.prefix);
  to_float32(state);
  const bool rosinality = is_rosinality(state);
  file.layout = rosinality ? "rosinality StyleGAN2" : "NVIDIA StyleGAN2";
  file.network = made_of(checkpoint.path, [&] {
    if (!rosinality) return stylegan2_from_state(std::move(state));
    Tensor average;
    if (checkpoint.has("latent_avg")) average = checkpoint.load("latent_avg").to(torch::kFloat32);
    return stylegan2_from_state(native_from_rosinality(std::move(state), average));
  });
  file.network->synthesis->options.clamp = clamp_of(checkpoint, file.prefix);
  for (Tensor& parameter : file.network->parameters()) parameter.requires_grad_(false);
  return file;
}

GeneratorFile load_generator_file(const std::filesystem::path& path,
                                  const CheckpointOptions& options) {
  return generator_of(open_checkpoint(path, options));
}

ReleasedTransformer load_released_score(const std::filesystem::path& path, const Shape& shape,
                                        const CheckpointOptions& options) {
  StateDict state = open_checkpoint(path, options).state();
  to_float32(state);
  return made_of(path, [&] { return ReleasedTransformer(state, shape); });
}

}  // namespace sgilo
