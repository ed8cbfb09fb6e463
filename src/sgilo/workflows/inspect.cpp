#include "sgilo/workflows/inspect.h"

#include <algorithm>
#include <iomanip>

#include "sgilo/checkpoint/torch_script.h"
#include "sgilo/core/escape.h"
#include "sgilo/core/real_numbers.h"
#include "sgilo/core/shape.h"
#include "sgilo/data/file_kind.h"
#include "sgilo/files/sha256.h"

namespace sgilo {
namespace {

namespace fs = std::filesystem;

std::string size_text(std::uint64_t bytes) {
  std::ostringstream out;
  out << std::fixed << std::setprecision(1);
  if (bytes < 10'000)
    out << bytes << " bytes";
  else if (bytes < 10'000'000)
    out << static_cast<double>(bytes) / 1e3 << " kB";
  else
    out << static_cast<double>(bytes) / 1e6 << " MB";
  return out.str();
}

std::string count_text(std::uint64_t numbers) {
  std::ostringstream out;
  out << std::fixed << std::setprecision(1);
  if (numbers < 100'000)
    out << numbers;
  else
    out << static_cast<double>(numbers) / 1e6 << " million";
  return out.str();
}

const TensorEntry* find(const Checkpoint& c, const std::string& name) {
  const auto found = c.tensors.find(name);
  return found == c.tensors.end() ? nullptr : &found->second;
}

// "1 layer", "2 layers"
std::string counted(std::int64_t count, std::string_view one) {
  return concat(count, " ", one, count == 1 ? "" : "s");
}

std::string in_part(const std::string& prefix) {
  return prefix.empty() ? "" : concat(", in '", prefix.substr(0, prefix.size() - 1), "'");
}

std::int64_t size_at(const TensorEntry* entry, std::size_t axis) {
  return entry && entry->sizes.size() > axis ? entry->sizes[axis] : 0;
}

std::string nvidia_text(const Checkpoint& c, const std::string& prefix) {
  std::int64_t side = 4;
  while (c.has(concat(prefix, "synthesis.b", 2 * side, ".conv1.weight"))) side *= 2;
  int layers = 0;
  while (c.has(concat(prefix, "mapping.fc", layers, ".weight"))) ++layers;
  std::string text = concat("StyleGAN2 generator of NVIDIA, ", side, "x", side, ", ",
                            counted(layers, "mapping layer"));
  if (const TensorEntry* embed = find(c, prefix + "mapping.embed.weight"))
    text += concat(", ", size_at(embed, 1), " classes");
  if (const TensorEntry* rgb = find(c, prefix + "synthesis.b4.torgb.weight");
      rgb && size_at(rgb, 0) != 3)
    text += concat(", images of ", counted(size_at(rgb, 0), "channel"));
  const auto number = [&](const std::string& name) {
    const auto found = c.values.find(prefix + name);
    return found != c.values.end() && found->second.is_number() ? found->second.dump()
                                                                : std::string();
  };
  if (const std::string clamp = number("synthesis.b4.conv1.conv_clamp"); !clamp.empty())
    text += concat(", activations limited to ", clamp);
  if (const std::string fp16 = number("_init_kwargs.synthesis_kwargs.num_fp16_res");
      !fp16.empty() && fp16 != "0")
    text += concat(", trained with its ", fp16, " largest resolutions in float16");
  return text;
}

std::string rosinality_text(const Checkpoint& c, const std::string& prefix) {
  std::int64_t side = 4, layers = 0;
  for (int i = 0; c.has(concat(prefix, "to_rgbs.", i, ".bias")); ++i) side *= 2;
  while (c.has(concat(prefix, "style.", layers + 1, ".weight"))) ++layers;
  std::string text = concat("StyleGAN2 generator of rosinality, ", side, "x", side, ", ",
                            counted(layers, "mapping layer"));
  if (const TensorEntry* rgb = find(c, prefix + "to_rgb1.bias"); rgb && size_at(rgb, 1) > 0)
    if (size_at(rgb, 1) != 3) text += concat(", images of ", counted(size_at(rgb, 1), "channel"));
  return has_mean_style(c, prefix) ? text : text + ", without a mean style";
}

// What generate says of it, too: a generator that it refuses is not one without a word.
void find_generators(const Checkpoint& c, std::vector<std::string>& out) {
  constexpr std::size_t kMost = 8;
  const std::vector<std::string> prefixes = generator_prefixes(c);
  for (std::size_t i = 0; i < std::min(prefixes.size(), kMost); ++i) {
    const std::string& prefix = prefixes[i];
    std::string text = (c.has(prefix + "input.input") ? rosinality_text : nvidia_text)(c, prefix);
    text += in_part(prefix);
    if (const std::string why = generator_obstacle(c, prefix); !why.empty())
      text += concat(", which is refused: ", why);
    out.push_back(std::move(text));
  }
  if (prefixes.size() > kMost)
    out.push_back(concat("and ", prefixes.size() - kMost, " generators more"));
}

// e4e and pSp keep the encoder of images beside the generator that decodes its styles.
void find_encoder(const Checkpoint& c, std::vector<std::string>& out) {
  for (const std::string& prefix : prefixes_of(c, "encoder.input_layer.0.weight"))
    if (holds_generator(c, prefix + "decoder."))
      out.push_back(concat("checkpoint of an e4e or pSp encoder: its generator is in '", prefix,
                           "decoder', the encoder itself is not run here"));
}

void find_score(const Checkpoint& c, std::vector<std::string>& out) {
  for (const std::string& prefix : prefixes_of(c, "transformer.layers.0.0.fn.norm.weight")) {
    const TensorEntry* positions = find(c, prefix + "pos_embedding");
    if (!positions) continue;
    int layers = 0;
    while (c.has(concat(prefix, "transformer.layers.", layers, ".0.fn.norm.weight"))) ++layers;
    out.push_back(concat("score network of SGILO (ViT), ", counted(size_at(positions, 1), "token"),
                         " of width ", size_at(positions, 2), ", ", counted(layers, "layer"), ", ",
                         counted(size_at(find(c, prefix + "projector.weight"), 0), "channel"),
                         in_part(prefix)));
    if (out.size() >= 16) return;
  }
}

// The parts of our own model folders, and classifiers in their usual form.
void find_parts(const Checkpoint& c, std::vector<std::string>& out) {
  const auto size = [&](const std::string& name) { return size_at(find(c, name), 0); };
  if (c.has("channel_mean") && c.has("network.frequencies"))
    out.push_back(
        concat("score network of a model folder, ", counted(size("channel_mean"), "channel")));
  if (c.has("styles.factor") && c.has("layer_1.mean"))
    out.push_back("coordinates of a model folder's styles and layers");
  if (c.tensors.size() == 2 && c.has("basis") && c.has("deviations"))
    out.push_back(concat("style prior of a model folder, ", counted(size("basis"), "number")));
  if (c.has("stem.weight") && c.has("to_features.weight"))
    out.push_back("attribute classifier of a model folder");
  for (const std::string prefix : {"module.", ""})
    if (c.has(prefix + "conv1.weight") && c.has(prefix + "layer4.0.conv1.weight"))
      out.push_back(concat("classifier (ResNet of torchvision), ", size(prefix + "fc.weight"),
                           size(prefix + "fc.weight") == 1 ? " class" : " classes",
                           in_part(prefix)));
}

std::vector<std::string> findings_of(const Checkpoint& c) {
  std::vector<std::string> out;
  find_encoder(c, out);
  find_generators(c, out);
  find_score(c, out);
  for (const char* prefix : {"D.", "d.", ""})
    if (c.has(std::string(prefix) + "b4.out.weight") ||
        c.has(std::string(prefix) + "final_linear.1.weight"))
      out.push_back("discriminator of StyleGAN2" + in_part(prefix));
  const bool has_latents = c.has("latent_z");
  if (has_latents) out.push_back("latents of a finished SGILO run: styles, layer and noises");
  if (c.tensors.size() == 2 && c.has("mean") && c.has("std"))
    out.push_back(
        concat("Gaussian fit of styles, ", counted(size_at(find(c, "mean"), 0), "number")));
  find_parts(c, out);
  if (c.has("lin0.model.1.weight") && c.has("lin4.model.1.weight"))
    out.push_back("linear layers of LPIPS");
  if (c.has("features.0.weight") && c.has("features.28.weight"))
    out.push_back("VGG16 of torchvision, as LPIPS takes it");
  for (const auto& [name, entry] : c.tensors)
    if (name.find("synthesis.input.freqs") != std::string::npos) {
      out.push_back("StyleGAN3 generator, which is not supported");
      break;
    }
  if (const auto format = c.values.find("format");
      format != c.values.end() && format->second.is_string() &&
      format->second.get<std::string>().starts_with("sgilo "))  // others write "pt"
    out.push_back(escaped(format->second.get<std::string>()));
  if (c.format == "TorchScript")
    out.push_back(
        "TorchScript module: its tensors are read here; only libtorch can run its code (--trust)");
  if (c.tensors.size() == 1 && !c.has("tensor") && c.has("array")) out.push_back("one array");
  if (c.tensors.size() == 1 && c.has("tensor"))
    out.push_back(concat("one tensor",
                         size_at(find(c, "tensor"), 1) >= 8 && find(c, "tensor")->sizes.size() == 3
                             ? ", perhaps the style rows of an ILO run"
                             : ""));
  const bool numbered =
      c.tensors.size() > 1 && c.has("0") && c.has("1") && find(c, "0")->sizes.size() == 4;
  if (numbered) out.push_back("a list of tensors, perhaps the noises of an ILO run");
  if (out.empty())
    out.push_back(c.tensors.empty() ? "no model: it holds no tensor"
                                    : "no model that is known here");
  return out;
}

}  // namespace

FileReport inspect(const fs::path& path, const CheckpointOptions& options, bool trust) {
  require_weights_file(path, "info says what is in a file of weights or arrays, or a model folder");
  FileReport report;
  report.checkpoint = open_checkpoint(path, options);
  report.checkpoint.verify();
  const fs::path numbers = numbers_file(path);
  report.bytes = file_bytes(numbers)->size();
  report.sha256 = sha256_of_file(numbers);
  report.findings = findings_of(report.checkpoint);
  for (const std::string& note : report.checkpoint.notes) report.findings.push_back(escaped(note));
  if (trust && report.checkpoint.format == "TorchScript")
    for (const std::string& method : TorchScript(path, trust).methods())
      report.findings.push_back(concat("method ", method));
  for (const auto& [name, entry] : report.checkpoint.tensors) {
    report.tensor_bytes += entry.bytes();
    report.numbers += entry.bytes() / torch::elementSize(entry.type);
  }
  return report;
}

namespace {

// An entry whose name is new: [] would compare it with all before.
void append(Json& object, const std::string& name, Json value) {
  object.get_ref<Json::object_t&>().emplace_back(name, std::move(value));
}

}  // namespace

Json to_json(const FileReport& report) {
  const Checkpoint& c = report.checkpoint;
  Json tensors = Json::object();
  for (const auto& [name, entry] : c.tensors)
    append(tensors, name, {{"type", type_name(entry.type)}, {"shape", entry.sizes}});
  Json values = Json::object();
  for (const auto& [name, value] : c.values) append(values, name, value);
  return {{"file", c.path.string()},
          {"format", c.format},
          {"bytes", report.bytes},
          {"sha256", report.sha256},
          {"holds", report.findings},
          {"numbers", report.numbers},
          {"tensor_bytes", report.tensor_bytes},
          {"tensors", tensors},
          {"values", values},
          {"classes", c.classes}};
}

std::string text(const Json& report, std::int64_t rows) {
  const Json &tensors = report.at("tensors"), &findings = report.at("holds"),
             &values = report.at("values");
  const auto number = [&](const char* key) { return report.at(key).get<std::uint64_t>(); };
  std::string out =
      concat(report.value("file", ""), "\n  format   ", report.value("format", ""), ", ",
             size_text(number("bytes")), "\n  sha256   ", report.value("sha256", ""), "\n");
  for (std::size_t i = 0; i < findings.size(); ++i)
    out += concat(i == 0 ? "  holds    " : "           ", findings[i].get<std::string>(), "\n");
  out += concat("  tensors  ", tensors.size(), ", ", count_text(number("numbers")), " numbers, ",
                size_text(number("tensor_bytes")), "\n");
  if (!values.empty())
    out += concat("  values   ", values.size(), " beside them (--json lists them)\n");
  std::size_t width = 0;
  std::int64_t shown = 0;
  for (const auto& item : tensors.items())
    if (rows == 0 || shown++ < rows)
      width = std::max(width, std::min<std::size_t>(item.key().size(), 60));
  shown = 0;
  for (const auto& item : tensors.items()) {
    const std::string& name = item.key();
    if (rows > 0 && shown++ == rows) {
      out += concat("    and ", tensors.size() - static_cast<std::size_t>(rows),
                    " more (--rows 0 lists all)\n");
      break;
    }
    out += concat("    ", name, std::string(name.size() < width ? width - name.size() : 0, ' '),
                  "  ", item.value().value("type", ""), "  ",
                  shape_text(item.value().at("shape").get<std::vector<std::int64_t>>()), "\n");
  }
  return out;
}

}  // namespace sgilo
