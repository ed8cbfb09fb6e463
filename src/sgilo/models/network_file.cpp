#include "sgilo/models/network_file.h"

#include <algorithm>
#include <charconv>

#include "sgilo/core/random_streams.h"
#include "sgilo/files/file_problem.h"
#include "sgilo/generator/rosinality.h"

namespace sgilo {
namespace {

void to_float32(StateDict& state) {
  for (auto& [name, tensor] : state)
    if (tensor.is_floating_point()) tensor = tensor.to(torch::kFloat32);
}

bool holds_stylegan3(const Checkpoint& checkpoint) {
  return std::any_of(checkpoint.tensors.begin(), checkpoint.tensors.end(), [](const auto& named) {
    return named.first.find("synthesis.input.freqs") != std::string::npos ||
           named.first.find("synthesis.input.transform") != std::string::npos;
  });
}

// The limit that the file states for a generator's activations; 0: none.
double clamp_of(const Checkpoint& checkpoint, const std::string& prefix) {
  if (checkpoint.has(kClamp)) return checkpoint.load(kClamp).item<double>();
  for (const std::string& name : {prefix + "synthesis.b4.conv1.conv_clamp",
                                  prefix + "_init_kwargs.synthesis_kwargs.conv_clamp",
                                  std::string(kClamp), std::string("clamp")}) {
    const auto found = checkpoint.values.find(name);
    if (found == checkpoint.values.end()) continue;
    const Json& value = found->second;
    if (value.is_null()) return 0;
    if (value.is_number()) return value.get<double>();
    const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc() && end == text.data() + text.size()) return number;
    throw format_error(checkpoint.path, concat("'", name,
                                               "', the limit of the activations, must "
                                               "be a number, but is ",
                                               text));
  }
  return 0;
}

// The mean of the styles of kMeanInputs random inputs, a part at a time.
void estimate_mean(MappingNetwork mapping) {
  const torch::NoGradGuard no_grad;
  constexpr std::int64_t kParts = 16;
  Tensor sum = torch::zeros_like(mapping->w_avg);
  for (std::int64_t part = 0; part < kParts; ++part)
    sum += mapping
               ->forward(RandomStreams(0)
                             .child("mean style", static_cast<std::uint64_t>(part))
                             .normal({kMeanInputs / kParts, mapping->options.z_dim}))
               .sum(0);
  mapping->w_avg.copy_(sum / static_cast<double>(kMeanInputs));
}

}  // namespace

bool holds_generator(const Checkpoint& checkpoint, const std::string& prefix) {
  return checkpoint.has(prefix + "synthesis.b4.const") || checkpoint.has(prefix + "input.input");
}

std::optional<std::string> generator_prefix(const Checkpoint& checkpoint) {
  for (const char* prefix : {"G_ema.", "g_ema.", ""})
    if (holds_generator(checkpoint, prefix)) return prefix;
  if (holds_stylegan3(checkpoint)) return std::nullopt;  // its averaged generator is the one meant
  for (const char* prefix : {"G.", "g."})
    if (holds_generator(checkpoint, prefix)) return prefix;
  return std::nullopt;
}

GeneratorFile generator_of(const Checkpoint& checkpoint) {
  if (const auto prefix = generator_prefix(checkpoint)) return generator_of(checkpoint, *prefix);
  if (holds_stylegan3(checkpoint))
    throw format_error(checkpoint.path, "holds a StyleGAN3 generator, but only StyleGAN2 is known");
  throw format_error(checkpoint.path,
                     "holds no StyleGAN2 generator: neither 'synthesis.b4.const' (NVIDIA) nor "
                     "'input.input' (rosinality) is among its tensors");
}

GeneratorFile generator_of(const Checkpoint& checkpoint, const std::string& prefix) {
  GeneratorFile file;
  file.prefix = prefix;
  StateDict state = checkpoint.state(prefix);
  state.erase(kClamp);
  to_float32(state);
  const bool rosinality = is_rosinality(state);
  file.layout = rosinality ? "rosinality StyleGAN2" : "NVIDIA StyleGAN2";
  file.mean_estimated = rosinality && !checkpoint.has("latent_avg");
  file.network = made_of(checkpoint.path, [&] {
    if (!rosinality) return stylegan2_from_state(std::move(state));
    Tensor average;
    if (!file.mean_estimated) average = checkpoint.load("latent_avg").to(torch::kFloat32);
    return stylegan2_from_state(native_from_rosinality(std::move(state), average));
  });
  file.network->synthesis->options.clamp = clamp_of(checkpoint, prefix);
  for (Tensor& parameter : file.network->parameters()) parameter.requires_grad_(false);
  if (file.mean_estimated) estimate_mean(file.network->mapping);
  return file;
}

GeneratorFile load_generator_file(const std::filesystem::path& path,
                                  const CheckpointOptions& options) {
  return generator_of(open_checkpoint(path, options));
}

StateDict tensors_of(const Checkpoint& checkpoint, torch::Device device) {
  checkpoint.verify();
  StateDict state = checkpoint.state();
  to_float32(state);
  for (auto& [name, tensor] : state) tensor = tensor.to(device);
  return state;
}

StateDict read_tensors(const std::filesystem::path& path, torch::Device device,
                       const CheckpointOptions& options) {
  return tensors_of(open_checkpoint(path, options), device);
}

ReleasedTransformer released_score_of(const Checkpoint& checkpoint, const Shape& shape,
                                      torch::Device device) {
  const StateDict state = tensors_of(checkpoint, device);
  return made_of(checkpoint.path, [&] { return ReleasedTransformer(state, shape); });
}

ReleasedTransformer load_released_score(const std::filesystem::path& path, const Shape& shape,
                                        torch::Device device, const CheckpointOptions& options) {
  return released_score_of(open_checkpoint(path, options), shape, device);
}

}  // namespace sgilo
