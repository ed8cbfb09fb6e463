#include "sgilo/models/network_file.h"

#include <algorithm>
#include <cctype>

#include "sgilo/checkpoint/finite_numbers.h"
#include "sgilo/core/random_streams.h"
#include "sgilo/data/file_kind.h"
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

bool is_averaged(std::string prefix) {
  for (char& c : prefix) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return prefix.find("ema") != prefix.npos;
}

constexpr const char* kMeanStyle = "latent_avg";

// The name of the mean style of rosinality's files: beside the generator's tensors or in a part
// around them.
std::optional<std::string> mean_style_name(const Checkpoint& checkpoint, std::string prefix) {
  while (!checkpoint.has(prefix + kMeanStyle)) {
    if (prefix.size() < 2) return std::nullopt;
    const std::size_t dot = prefix.rfind('.', prefix.size() - 2);
    prefix.resize(dot == prefix.npos ? 0 : dot + 1);
    if (prefix.empty() && !checkpoint.has(kMeanStyle)) return std::nullopt;
  }
  return prefix + kMeanStyle;
}

// [w], or nothing. Encoders keep one row for each style row; equal rows are one style.
Tensor mean_style(const Checkpoint& checkpoint, const std::string& prefix) {
  const auto name = mean_style_name(checkpoint, prefix);
  if (!name) return {};
  const StateDict state{{*name, checkpoint.load(*name).to(torch::kFloat32)}};
  require_finite_numbers(state, checkpoint.path);
  const Tensor& stored = state.begin()->second;
  if (stored.dim() < 2) return stored;
  if (stored.numel() == 0)
    throw format_error(checkpoint.path, concat("tensor '", *name, "' is empty"));
  const Tensor rows = stored.reshape({-1, stored.size(-1)});
  const double apart = (rows - rows[0]).abs().max().item<double>();
  if (apart > 1e-6 * rows.abs().max().item<double>())
    throw format_error(checkpoint.path,
                       concat("tensor '", *name, "' must be one style or equal rows of it, but is ",
                              rows.size(0), " rows that differ by up to ", apart));
  return rows[0].clone();
}

void require_image_channels(const Checkpoint& checkpoint, std::int64_t channels) {
  if (channels < 1 || channels > 4)
    throw format_error(
        checkpoint.path,
        concat("the generator's images must have 1 to 4 channels, but have ", channels));
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

bool has_mean_style(const Checkpoint& checkpoint, const std::string& prefix) {
  return mean_style_name(checkpoint, prefix).has_value();
}

bool holds_generator(const Checkpoint& checkpoint, const std::string& prefix) {
  return checkpoint.has(prefix + "synthesis.b4.const") || checkpoint.has(prefix + "input.input");
}

std::vector<std::string> prefixes_of(const Checkpoint& checkpoint, const std::string& ending) {
  std::vector<std::string> out;
  for (const auto& [name, entry] : checkpoint.tensors) {
    if (!name.ends_with(ending)) continue;
    const std::string prefix = name.substr(0, name.size() - ending.size());
    if (prefix.empty() || prefix.ends_with('.')) out.push_back(prefix);
  }
  return out;
}

std::vector<std::string> generator_prefixes(const Checkpoint& checkpoint) {
  std::vector<std::string> out;
  for (const char* ending : {"synthesis.b4.const", "input.input"})
    for (std::string& prefix : prefixes_of(checkpoint, ending)) out.push_back(std::move(prefix));
  std::stable_partition(out.begin(), out.end(), is_averaged);
  return out;
}

std::optional<std::string> generator_prefix(const Checkpoint& checkpoint) {
  for (const char* prefix : {"G_ema.", "g_ema."})
    if (holds_generator(checkpoint, prefix)) return prefix;
  std::vector<std::string> found = generator_prefixes(checkpoint);
  if (std::any_of(found.begin(), found.end(), is_averaged))
    std::erase_if(found, [](const std::string& prefix) { return !is_averaged(prefix); });
  else if (holds_generator(checkpoint, ""))
    return "";
  else if (holds_stylegan3(checkpoint))
    return std::nullopt;  // its averaged generator is the one meant
  if (found.empty()) return std::nullopt;
  for (const char* prefix : {"G.", "g."})
    if (std::find(found.begin(), found.end(), prefix) != found.end()) return prefix;
  if (found.size() == 1) return found.front();
  std::vector<std::string> parts;
  for (const std::string& prefix : found)
    if (parts.size() < 8) parts.push_back(concat("'", prefix.substr(0, prefix.size() - 1), "'"));
  if (parts.size() < found.size()) parts.emplace_back("...");
  throw format_error(checkpoint.path, concat("holds the generators ", join(parts),
                                             "; bring the one that is meant into a file of its "
                                             "own, for example: sgilo convert ",
                                             checkpoint.path.string(), " --part ",
                                             found.front().substr(0, found.front().size() - 1),
                                             " -o generator.safetensors"));
}

GeneratorFile generator_of(const Checkpoint& checkpoint) {
  if (const auto prefix = generator_prefix(checkpoint)) return generator_of(checkpoint, *prefix);
  if (holds_stylegan3(checkpoint))
    throw format_error(checkpoint.path, "holds a StyleGAN3 generator, but only StyleGAN2 is known");
  throw format_error(checkpoint.path,
                     "holds no StyleGAN2 generator: neither 'synthesis.b4.const' (NVIDIA) nor "
                     "'input.input' (rosinality) is among its tensors");
}

namespace {

// Without the estimate of a mean style that is missing.
GeneratorFile stated_generator(const Checkpoint& checkpoint, const std::string& prefix) {
  GeneratorFile file;
  file.prefix = prefix;
  file.warnings = checkpoint.warnings();
  const StoredConstants constants(checkpoint, prefix);
  constants.require_known();
  StateDict state = weights_of(checkpoint, prefix);
  state.erase(kClamp);
  const bool rosinality = is_rosinality(state);
  file.layout = rosinality ? "rosinality StyleGAN2" : "NVIDIA StyleGAN2";
  const Tensor average = rosinality ? mean_style(checkpoint, prefix) : Tensor();
  file.mean_estimated = rosinality && !average.defined();
  constants.fold_gains(state);
  file.network = made_of(checkpoint.path, [&] {
    return stylegan2_from_state(rosinality ? native_from_rosinality(std::move(state), average)
                                           : std::move(state));
  });
  SynthesisOptions& options = file.network->synthesis->options;
  require_image_channels(checkpoint, options.channels);
  options.clamp = constants.clamp();
  for (Tensor& parameter : file.network->parameters()) parameter.requires_grad_(false);
  return file;
}

}  // namespace

GeneratorFile generator_of(const Checkpoint& checkpoint, const std::string& prefix) {
  GeneratorFile file = stated_generator(checkpoint, prefix);
  if (file.mean_estimated) estimate_mean(file.network->mapping);
  return file;
}

std::string generator_obstacle(const Checkpoint& checkpoint, const std::string& prefix) {
  try {
    stated_generator(checkpoint, prefix);
    return {};
  } catch (const Error& error) {
    const std::string text = error.what(), where = checkpoint.path.string() + ": ";
    return text.starts_with(where) ? text.substr(where.size()) : text;
  }
}

GeneratorFile load_generator_file(const std::filesystem::path& path,
                                  const CheckpointOptions& options) {
  require_weights_file(path, "a generator is a file of weights");
  return generator_of(open_checkpoint(path, options));
}

StateDict weights_of(const Checkpoint& checkpoint, const std::string& prefix) {
  StateDict state = checkpoint.state(prefix);
  to_float32(state);  // numbers beyond its range become infinite
  require_finite_numbers(state, checkpoint.path, prefix);
  return state;
}

StateDict tensors_of(const Checkpoint& checkpoint, torch::Device device) {
  checkpoint.verify();
  StateDict state = weights_of(checkpoint);
  for (auto& [name, tensor] : state) tensor = tensor.to(device);
  return state;
}

ReleasedTransformer released_score_of(const Checkpoint& checkpoint, const Shape& shape,
                                      torch::Device device) {
  checkpoint.verify();
  const auto prefixes = prefixes_of(checkpoint, "transformer.layers.0.0.fn.norm.weight");
  StateDict state = weights_of(checkpoint, prefixes.size() == 1 ? prefixes.front() : "");
  for (auto& [name, tensor] : state) tensor = tensor.to(device);
  return made_of(checkpoint.path, [&] { return ReleasedTransformer(state, shape); });
}

Checkpoint open_released_score(const std::filesystem::path& path,
                               const CheckpointOptions& options) {
  require_weights_file(path, "a score network is a file of weights");
  return open_checkpoint(path, options);
}

}  // namespace sgilo
