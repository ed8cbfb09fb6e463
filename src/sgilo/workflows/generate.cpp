#include "sgilo/workflows/generate.h"

#include <filesystem>

#include "sgilo/checkpoint/array_file.h"
#include "sgilo/checkpoint/npy.h"
#include "sgilo/core/shape.h"
#include "sgilo/files/make_folder.h"
#include "sgilo/files/writable.h"

namespace sgilo {
namespace {

constexpr std::string_view kNoiseFiles = "files:";

std::string required(const std::string& value, std::string_view name) {
  if (value.empty()) throw ConfigError(concat(name, " must be named"));
  return value;
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> out;
  while (true) {
    const std::size_t comma = text.find(',');
    out.emplace_back(text.substr(0, comma));
    if (comma == std::string_view::npos) return out;
    text.remove_prefix(comma + 1);
  }
}

// The files that `noise` names; none for const and none.
std::vector<std::string> noise_files(const GenerateOptions& o) {
  if (!o.noise.starts_with(kNoiseFiles)) return {};
  return split(std::string_view(o.noise).substr(kNoiseFiles.size()));
}

void require_array_file(const std::string& output) {
  if (output.empty() || output == "-") return;
  if (!output.ends_with(".npy"))
    throw ConfigError(concat("output must end in .npy or be -, but is ", output));
  require_writable_file(output);
}

void require_values(const GenerateOptions& o) {
  validate(o);
  required(o.generator, "generator");
  if (o.z.empty() && o.styles.empty()) throw ConfigError("z or styles must be named");
  if (!o.z.empty() && !o.styles.empty())
    throw ConfigError("z and styles are named, but only one of them can be");
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
  if (!o.gradient_target.empty() && (o.output == "-" || o.output.ends_with(".npy")))
    throw ConfigError(concat("the output of gradients is a folder, but is ", o.output));
  std::vector<std::string> inputs = noise_files(o);
  inputs.insert(inputs.end(),
                {o.generator, o.z, o.styles, o.features, o.skip_rgb, o.gradient_target});
  for (const std::string& output : {o.output, o.output_skip}) {
    require_other_file(output, inputs);
    if (o.gradient_target.empty()) require_array_file(output);
  }
}

// Nothing is written of a result that overflowed.
void require_finite_results(const std::vector<std::pair<std::string, Tensor>>& results) {
  for (const auto& [file, tensor] : results)
    require_finite(concat("what would be written to ", file), tensor);
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
    const auto files = noise_files(options);
    if (static_cast<std::int64_t>(files.size()) != o.noise_inputs())
      throw ConfigError(concat("noise must name ", o.noise_inputs(),
                               " files, one per layer, but names ", files.size()));
    for (const std::string& file : files) out.own.push_back(read_real_array(file, {"noise"}));
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

// Throws ConfigError "z must have shape [N, 48], but has [2, 3]".
void require_rows(std::string_view what, const Tensor& tensor, const Shape& row) {
  Shape expected = row;
  expected.insert(expected.begin(), -1);
  try {
    require_shape(what, tensor, expected);
  } catch (const ConfigError&) {
    throw ConfigError(concat(what, " must have shape [N, ", shape_text(row).substr(1), ", but has ",
                             shape_text(tensor.sizes())));
  }
}

// Everything that a run takes, on its device, after every check.
struct Inputs {
  GeneratorFile file;
  std::int64_t last;  // block
  Tensor styles;
  NoiseInputs noises;
  BlockState from;
  Tensor target;  // undefined without gradients
};

Tensor styles_of(const GenerateOptions& options, const GeneratorFile& file, torch::Device device) {
  const SynthesisOptions& o = file.network->synthesis->options;
  if (!options.styles.empty()) {
    const Tensor styles = read_real_array(options.styles, {"w", "styles", "dlatents"}).to(device);
    require_rows("styles", styles, {o.style_rows(), o.w_dim});
    return styles;
  }
  const torch::NoGradGuard no_grad;
  if (options.truncation_cutoff > o.style_rows())
    throw ConfigError(concat("truncation_cutoff must be at most the ", o.style_rows(),
                             " style rows, but is ", options.truncation_cutoff));
  const Tensor z = read_real_array(options.z, {"z"}).to(device);
  require_rows("z", z, {file.network->mapping->options.z_dim});
  const Tensor labels = labels_of(options, file.network, z.size(0));
  StyleGan2 network = file.network;
  return network
      ->styles(z, options.truncation, options.truncation_cutoff,
               labels.defined() ? labels.to(device) : labels)
      .contiguous();
}

Inputs inputs_of(const GenerateOptions& options) {
  require_values(options);
  Inputs in;
  in.file = load_generator_file(options.generator, options.checkpoint);
  const torch::Device device = device_of(options.device);
  in.file.network->to(device);
  SynthesisNetwork synthesis = in.file.network->synthesis;
  if (options.conv_clamp >= 0) synthesis->options.clamp = options.conv_clamp;
  const SynthesisOptions& o = synthesis->options;
  in.last = options.to_block < 0 ? o.blocks() - 1 : options.to_block;
  if (in.last >= o.blocks() || options.from_block > in.last)
    throw ConfigError(concat("blocks ", options.from_block, " to ", in.last,
                             " are asked for, but the generator has 0 to ", o.blocks() - 1));
  const bool gradients = !options.gradient_target.empty();
  in.styles = styles_of(options, in.file, device).requires_grad_(gradients);
  const std::int64_t rows = in.styles.size(0);
  in.noises = noise_inputs(options, synthesis, rows);
  for (Tensor& noise : in.noises.used) noise = noise.to(device);
  const std::int64_t before = options.from_block - 1;
  if (!options.features.empty()) {
    const std::int64_t r = o.resolution(before);
    in.from.features = read_real_array(options.features, {"features"}).to(device);
    require_shape(concat("features of layer ", options.from_block), in.from.features,
                  {rows, o.widths[static_cast<std::size_t>(before)], r, r});
    in.from.features.requires_grad_(gradients);
  }
  if (!options.skip_rgb.empty()) {
    const std::int64_t r = o.resolution(before);
    in.from.skip = read_real_array(options.skip_rgb, {"skip_rgb"}).to(device);
    require_shape("skip_rgb", in.from.skip, {rows, o.channels, r, r});
  }
  if (gradients) {
    in.target = read_real_array(options.gradient_target, {"image"}).to(device);
    require_shape("gradient_target", in.target, {rows, o.channels, o.size(), o.size()});
  }
  return in;
}

// Of 0.5 sum((image - target)^2), each in a file of the folder; those of an earlier run are
// removed.
void add_gradients(const GenerateOptions& options, const Inputs& in, const Tensor& image,
                   GenerateResult& out) {
  const Tensor loss = 0.5 * (image - in.target).square().sum();
  loss.backward();
  const std::filesystem::path folder = options.output;
  std::vector<std::filesystem::path> outdated;
  const auto add = [&](const std::string& name, const Tensor& tensor) {
    const auto file = folder / (name + ".npy");
    if (tensor.defined())
      out.written.emplace_back(file.string(), tensor);
    else
      outdated.push_back(file);
  };
  add("image", image);
  add("loss", loss);
  add("styles", in.styles.grad());
  add("features", in.from.features.defined() ? in.from.features.grad() : Tensor());
  const std::int64_t layers = in.file.network->synthesis->options.noise_inputs();
  for (std::size_t j = 0; j < static_cast<std::size_t>(layers); ++j)
    add(concat("noise_", j < 10 ? "0" : "", j),
        j < in.noises.own.size() ? in.noises.own[j].grad() : Tensor());
  require_finite_results(out.written);
  make_folder(folder);
  for (const std::filesystem::path& file : outdated) std::filesystem::remove(file);
}

}  // namespace

std::string plan(const GenerateOptions& options) {
  const Inputs in = inputs_of(options);
  return concat("would run the ", in.file.layout, " generator of ", options.generator, " on ",
                in.styles.size(0), " row(s) and write ", options.output, "\n");
}

GenerateResult generate(const GenerateOptions& options, Observer& observer) {
  const Inputs in = inputs_of(options);
  for (const std::string& warning : in.file.warnings) observer.on_warning(warning);
  const bool mean_estimated = in.file.mean_estimated && options.truncation != 1;
  if (mean_estimated)
    observer.on_warning(concat(options.generator,
                               ": has no mean style; truncation takes the mean of ", kMeanInputs,
                               " random inputs"));
  const bool gradients = in.target.defined();
  const torch::AutoGradMode mode(gradients);
  SynthesisNetwork synthesis = in.file.network->synthesis;
  const BlockState result =
      synthesis->run(in.from, in.styles, in.noises.used, options.from_block, in.last);
  GenerateResult out{in.file.layout, mean_estimated, {}};
  if (gradients) {
    add_gradients(options, in, result.skip, out);
  } else {
    out.written.emplace_back(
        options.output,
        (options.to_block < 0 ? result.skip : result.features).to(torch::kFloat32).contiguous());
    if (!options.output_skip.empty()) out.written.emplace_back(options.output_skip, result.skip);
  }
  require_finite_results(out.written);
  for (const auto& [path, tensor] : out.written) write_npy(path, tensor);
  return out;
}

namespace {

struct ScoreInputs {
  ReleasedTransformer network;
  std::vector<std::string> warnings;
  Tensor x, t;
};

ScoreInputs inputs_of(const EvaluateScoreOptions& options) {
  validate(options);
  const torch::Device device = device_of(options.device);
  require_other_file(options.output, {options.network, options.input});
  require_array_file(options.output);
  if (!options.density.empty()) {
    require_other_file(options.density, {options.network, options.input});
    if (std::filesystem::absolute(options.density) == std::filesystem::absolute(options.output))
      throw ConfigError(
          concat("density and output must be two files, but both are ", options.density));
    require_array_file(options.density);
  }
  const Tensor x = read_real_array(required(options.input, "input"), {"x"}).to(device);
  if (x.dim() != 4)
    throw ConfigError(
        concat("input must have shape [N, C, H, W], but has ", shape_text(x.sizes())));
  if (options.t.size() != 1 && static_cast<std::int64_t>(options.t.size()) != x.size(0))
    throw ConfigError(concat("t must be one time or one for each of the ", x.size(0),
                             " rows of the input, but has ", options.t.size()));
  const Sde sde(options.sde);
  for (const double time : options.t)  // a float32 deviation of 0 would divide by 0
    if (!options.raw && !(sde.std(torch::tensor(time, torch::kFloat32)) > 0).item<bool>())
      throw ConfigError(concat("t must be a time at which the deviation of ", sde.describe(),
                               " is a number above 0 in float32, but is ", time));
  Tensor t = torch::tensor(options.t, torch::kFloat32).to(device);
  if (t.size(0) == 1) t = t.expand({x.size(0)}).contiguous();
  const Checkpoint file =
      open_released_score(required(options.network, "network"), options.checkpoint);
  return {released_score_of(file, x.sizes().slice(1).vec(), device), file.warnings(), x, t};
}

}  // namespace

std::string plan(const EvaluateScoreOptions& options) {
  inputs_of(options);
  return concat("would evaluate ", options.network, " and write ", options.output, "\n");
}

Tensor evaluate_score(const EvaluateScoreOptions& options, Observer& observer) {
  const torch::NoGradGuard no_grad;
  const auto [network, warnings, x, t] = inputs_of(options);
  for (const std::string& warning : warnings) observer.on_warning(warning);
  const Sde sde(options.sde);
  const ScoreFunction score = released_score(network, sde);
  const Tensor out = options.raw ? network.forward(x, t) : score(x, t);
  Tensor density;
  if (!options.density.empty()) {
    std::vector<RandomStreams> rows;
    for (std::int64_t i = 0; i < x.size(0); ++i)
      rows.push_back(RandomStreams(static_cast<std::uint64_t>(options.seed))
                         .child("density")
                         .child(static_cast<std::uint64_t>(i)));
    Observer silent;
    density = flow_density(score, sde, x, options.flow, rows, silent).log_density;
  }
  require_finite("the network's output", out);
  if (density.defined()) require_finite("the log-density", density);
  write_npy(options.output, out);
  if (density.defined()) write_npy(options.density, density);
  return out;
}

}  // namespace sgilo
