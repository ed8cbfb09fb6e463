#include "sgilo/workflows/generate.h"

#include "sgilo/checkpoint/npy.h"
#include "sgilo/core/shape.h"
#include "sgilo/files/make_folder.h"

namespace sgilo {
namespace {

constexpr std::string_view kNoiseFiles = "files:";

std::string required(const std::string& value, std::string_view name) {
  if (value.empty()) throw ConfigError(concat(name, " must be named"));
  return value;
}

void require_values(const GenerateOptions& o) {
  required(o.generator, "generator");
  if (o.z.empty() == o.styles.empty()) throw ConfigError("either z or styles must be named");
  if ((o.from_block > 0) == o.features.empty())
    throw ConfigError("features must be named with from_block of at least 1, and only then");
  if (!o.skip_rgb.empty() && o.features.empty())
    throw ConfigError("skip_rgb continues the image of blocks before from_block, which is 0");
  if (o.noise != "const" && o.noise != "none" && !o.noise.starts_with(kNoiseFiles))
    throw ConfigError(
        concat("noise must be const, none or files:a.npy,b.npy,..., but is '", o.noise, "'"));
  if (!o.gradient_target.empty() && o.to_block >= 0)
    throw ConfigError("gradient_target compares images, so that to_block cannot be named with it");
  if (!o.output_skip.empty() && o.to_block < 0) throw ConfigError("output_skip needs to_block");
  if (!o.output_skip.empty() && o.output_skip == o.output)
    throw ConfigError(concat("output and output_skip must be two files, but both are ", o.output));
  if (!o.styles.empty() && (o.truncation != 1 || o.truncation_cutoff >= 0 || o.class_index >= 0))
    throw ConfigError("truncation, truncation_cutoff and class act on z, but styles are named");
  for (const std::string& output : {o.output, o.output_skip})
    require_other_file(output,
                       {o.generator, o.z, o.styles, o.features, o.skip_rgb, o.gradient_target});
}

Tensor read_array(const std::string& file) { return read_npy(file).to(torch::kFloat32); }

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> out;
  while (true) {
    const std::size_t comma = text.find(',');
    out.emplace_back(text.substr(0, comma));
    if (comma == std::string_view::npos) return out;
    text.remove_prefix(comma + 1);
  }
}

// [r, r], [N, r, r] or [1|N, 1, r, r] as the layers take them; `own`: with the shape of its file.
struct NoiseInputs {
  Noises own, used;
};

NoiseInputs noise_inputs(const GenerateOptions& options, SynthesisNetwork synthesis,
                         std::int64_t rows) {
  NoiseInputs out;
  const SynthesisOptions& o = synthesis->options;
  if (options.noise == "none") return out;
  if (options.noise == "const") {
    for (const Tensor& noise : synthesis->constant_noises()) out.own.push_back(noise.clone());
  } else {
    const auto files = split(std::string_view(options.noise).substr(kNoiseFiles.size()));
    if (static_cast<std::int64_t>(files.size()) != o.noise_inputs())
      throw ConfigError(concat("noise must name ", o.noise_inputs(),
                               " files, one per layer, but names ", files.size()));
    for (const std::string& file : files) out.own.push_back(read_array(file));
  }
  for (std::size_t j = 0; j < out.own.size(); ++j) {
    Tensor& noise = out.own[j];
    const std::int64_t r =
        o.resolution(SynthesisOptions::block_of_noise(static_cast<std::int64_t>(j)));
    const bool fits = noise.dim() >= 2 && noise.dim() <= 4 && noise.size(-1) == r &&
                      noise.size(-2) == r &&
                      (noise.dim() < 3 || noise.size(0) == rows || noise.size(0) == 1) &&
                      (noise.dim() < 4 || noise.size(1) == 1);
    if (!fits)
      throw ConfigError(concat("noise ", j, " must have shape [", r, ", ", r, "], [", rows, ", ", r,
                               ", ", r, "] or [", rows, ", 1, ", r, ", ", r, "], but has ",
                               shape_text(noise.sizes())));
    if (!options.gradient_target.empty()) noise.requires_grad_(true);
    out.used.push_back(noise.dim() == 3 ? noise.unsqueeze(1) : noise);
  }
  return out;
}

Tensor labels_of(const GenerateOptions& options, StyleGan2 network, std::int64_t rows) {
  const std::int64_t classes = network->mapping->options.classes;
  if (options.class_index < 0) return {};
  if (options.class_index >= classes)
    throw ConfigError(
        classes == 0
            ? concat("class ", options.class_index, " is named, but the generator has no classes")
            : concat("class must be from 0 to ", classes - 1, ", but is ", options.class_index));
  Tensor labels = torch::zeros({rows, classes});
  labels.select(1, options.class_index).fill_(1);
  return labels;
}

}  // namespace

std::string plan(const GenerateOptions& options) {
  require_values(options);
  const GeneratorFile file = load_generator_file(options.generator, options.checkpoint);
  return concat("would run the ", file.layout, " generator of ", options.generator, " and write ",
                options.output, "\n");
}

GenerateResult generate(const GenerateOptions& options) {
  require_values(options);
  GeneratorFile file = load_generator_file(options.generator, options.checkpoint);
  const torch::Device device = device_of(options.device);
  file.network->to(device);
  SynthesisNetwork synthesis = file.network->synthesis;
  if (options.conv_clamp >= 0) synthesis->options.clamp = options.conv_clamp;
  const SynthesisOptions& o = synthesis->options;
  const std::int64_t last = options.to_block < 0 ? o.blocks() - 1 : options.to_block;
  if (last >= o.blocks() || options.from_block > last)
    throw ConfigError(concat("blocks ", options.from_block, " to ", last,
                             " are asked for, but the generator has 0 to ", o.blocks() - 1));
  const bool gradients = !options.gradient_target.empty();
  const torch::AutoGradMode mode(gradients);

  Tensor styles;
  if (!options.styles.empty()) {
    styles = read_array(options.styles).to(device);
    require_shape("styles", styles, {-1, o.style_rows(), o.w_dim});
  } else {
    const torch::NoGradGuard no_grad;
    const Tensor z = read_array(options.z).to(device);
    require_shape("z", z, {-1, file.network->mapping->options.z_dim});
    const Tensor labels = labels_of(options, file.network, z.size(0));
    styles = file.network
                 ->styles(z, options.truncation, options.truncation_cutoff,
                          labels.defined() ? labels.to(device) : labels)
                 .contiguous();
  }
  if (gradients) styles.requires_grad_(true);
  const std::int64_t rows = styles.size(0);
  NoiseInputs noises = noise_inputs(options, synthesis, rows);
  for (Tensor& noise : noises.used) noise = noise.to(device);
  BlockState from;
  if (!options.features.empty()) from.features = read_array(options.features).to(device);
  if (!options.skip_rgb.empty()) {
    from.skip = read_array(options.skip_rgb).to(device);
    const std::int64_t r = o.resolution(options.from_block - 1);
    require_shape("skip_rgb", from.skip, {rows, 3, r, r});
  }
  if (gradients && from.features.defined()) from.features.requires_grad_(true);
  const BlockState result = synthesis->run(from, styles, noises.used, options.from_block, last);

  GenerateResult out{file.layout, {}};
  if (!gradients) {
    out.written.emplace_back(
        options.output,
        (options.to_block < 0 ? result.skip : result.features).to(torch::kFloat32).contiguous());
    if (!options.output_skip.empty()) out.written.emplace_back(options.output_skip, result.skip);
  } else {
    const Tensor target = read_array(options.gradient_target).to(device);
    require_shape("gradient_target", target, result.skip.sizes());
    const Tensor loss = 0.5 * (result.skip - target).square().sum();
    loss.backward();
    make_folder(options.output);
    const auto add = [&](const std::string& name, const Tensor& tensor) {
      if (tensor.defined())
        out.written.emplace_back(concat(options.output, "/", name, ".npy"), tensor);
    };
    add("image", result.skip);
    add("loss", loss);
    add("styles", styles.grad());
    if (from.features.defined()) add("features", from.features.grad());
    for (std::size_t j = 0; j < noises.own.size(); ++j) {
      add(concat("noise_", j < 10 ? "0" : "", j), noises.own[j].grad());
    }
  }
  for (const auto& [path, tensor] : out.written) write_npy(path, tensor);
  return out;
}

std::string plan(const EvaluateScoreOptions& options) {
  require_other_file(options.output, {options.network, options.input});
  const Tensor x = read_array(required(options.input, "input"));
  require_shape("input", x, {-1, -1, -1, -1});
  load_released_score(required(options.network, "network"), x.sizes().slice(1).vec(),
                      options.checkpoint);
  return concat("would evaluate ", options.network, " and write ", options.output, "\n");
}

Tensor evaluate_score(const EvaluateScoreOptions& options) {
  require_other_file(options.output, {options.network, options.input});
  const torch::NoGradGuard no_grad;
  const Tensor x = read_array(required(options.input, "input"));
  require_shape("input", x, {-1, -1, -1, -1});
  if (options.t.size() != 1 && static_cast<std::int64_t>(options.t.size()) != x.size(0))
    throw ConfigError(concat("t must be one time or one for each of the ", x.size(0),
                             " rows of the input, but has ", options.t.size()));
  const ReleasedTransformer network = load_released_score(
      required(options.network, "network"), x.sizes().slice(1).vec(), options.checkpoint);
  Tensor t = torch::tensor(options.t, torch::kFloat32);
  if (t.size(0) == 1) t = t.expand({x.size(0)}).contiguous();
  const Tensor out =
      options.raw ? network.forward(x, t) : released_score(network, Sde(options.sde))(x, t);
  write_npy(options.output, out);
  return out;
}

}  // namespace sgilo
