#include "sgilo/models/stored_constants.h"

#include <cmath>
#include <numbers>

#include "sgilo/core/error.h"
#include "sgilo/core/parse_json.h"
#include "sgilo/core/read_number.h"
#include "sgilo/core/shape.h"
#include "sgilo/files/file_problem.h"

namespace sgilo {
namespace {

constexpr double kMappingRate = 0.01;  // MappingOptions::rate_multiplier
constexpr double kTolerance = 1e-5;    // relative: constants are stored as float32 or float64
constexpr std::size_t kLongestText = 60;

std::optional<double> number_in(const Json& value) {
  if (value.is_number()) return value.get<double>();
  if (!value.is_string()) return std::nullopt;
  double number = 0;
  return read_number(value.get_ref<const std::string&>(), number) ? std::optional(number)
                                                                  : std::nullopt;
}

// As JSON, cut where it is long.
std::string text_of(const Json& value) {
  if (value.is_number_float()) return concat(value.get<double>());
  if (value.is_object()) return "a dictionary";
  if (value.is_array() && value.size() > 16) return concat("a list of ", value.size(), " values");
  const std::string text = value.dump(-1, ' ', true, Json::error_handler_t::replace);
  return text.size() <= kLongestText ? text : text.substr(0, kLongestText) + "...";
}

bool equal(double a, double b) { return std::abs(a - b) <= kTolerance * std::abs(b); }

// Texts are how safetensors keep values.
bool is_same(const Json& value, const Json& accepted) {
  if (accepted.is_number()) {
    const std::optional<double> number = number_in(value);
    return number && equal(*number, accepted.get<double>());
  }
  if (value == accepted) return true;
  return value.is_string() && !accepted.is_string() &&
         value.get_ref<const std::string&>() == accepted.dump();
}

// "synthesis.b8.conv0", "activation" of a dotted name; the arguments that made a module are its
// own.
std::pair<std::string, std::string> parts_of(const std::string& name) {
  const std::size_t dot = name.rfind('.');
  if (dot == name.npos) return {"", name};
  std::string module = name.substr(0, dot);
  const std::string arguments = "_init_kwargs";
  if (module == arguments)
    module.clear();
  else if (module.ends_with("." + arguments))
    module.resize(module.size() - arguments.size() - 1);
  return {module, name.substr(dot + 1)};
}

bool ends_in(const std::string& module, std::string_view last) {
  return module == last || module.ends_with(concat(".", last));
}

bool is_filter_name(const std::string& attribute) {
  return attribute == "resample_filter" || attribute == "blur_kernel" ||
         attribute == "resample_kernel";
}

// A list, or the text of one.
Json list_of(const Json& value) {
  if (!value.is_string()) return value;
  try {
    return parse_json(value.get_ref<const std::string&>(), "filter");
  } catch (const FormatError&) {
    return {};
  }
}

// [1, 3, 3, 1] times anything.
bool is_proportional(const Json& value) {
  const Json list = list_of(value);
  if (!list.is_array() || list.size() != 4) return false;
  for (const Json& item : list)
    if (!item.is_number()) return false;
  const double unit = list[0].get<double>();
  return std::isfinite(unit) && unit != 0 && equal(list[1].get<double>(), 3 * unit) &&
         equal(list[2].get<double>(), 3 * unit) && equal(list[3].get<double>(), unit);
}

Tensor taps() { return torch::tensor({1.0, 3.0, 3.0, 1.0}, torch::kFloat64); }

// "[1, 2, 2, 1]" of a filter's rows, in units of the first.
std::string row_text(const Tensor& filter) {
  const Tensor rows = filter.dim() == 2 ? filter.sum(1) : filter;
  const double first = rows[0].item<double>();
  std::vector<std::string> words;
  for (std::int64_t i = 0; i < rows.size(0); ++i)
    words.push_back(concat(rows[i].item<double>() / (first != 0 ? first : 1)));
  return concat("[", join(words), "]");
}

}  // namespace

void StoredConstants::refuse(const std::string& name, const std::string& accepted,
                             const std::string& found) const {
  throw format_error(file_.path,
                     concat("'", name, "' must be ", accepted, " here, but is ", found));
}

std::optional<StoredConstants::Stated> StoredConstants::stated_name(const std::string& name) const {
  const auto found = file_.values.find(name);
  if (found == file_.values.end()) return std::nullopt;
  return Stated{name, &found->second};
}

std::optional<StoredConstants::Stated> StoredConstants::stated(const std::string& module,
                                                               const std::string& attribute) const {
  for (const char* arguments : {"", "_init_kwargs."})
    if (const auto found = stated_name(concat(prefix_, module, arguments, attribute))) return found;
  return std::nullopt;
}

// The rate multiplier of a linear layer, where a file has it but not the gains that follow from it.
std::optional<StoredConstants::Stated> StoredConstants::stated_rate(
    const std::string& module) const {
  const bool maps = module.starts_with("mapping.fc") || module.starts_with("style.");
  for (const char* attribute : {"lr_multiplier", "lr_mul"})
    if (const auto found = stated(module, attribute)) return found;
  if (!maps) return std::nullopt;
  for (const std::string& name :
       {prefix_ + "mapping.lr_multiplier", prefix_ + "mapping._init_kwargs.lr_multiplier",
        prefix_ + "_init_kwargs.mapping_kwargs.lr_multiplier", prefix_ + "_init_kwargs.lr_mlp",
        prefix_ + "lr_mlp", std::string("lr_multiplier"), std::string("args.lr_mlp")})
    if (const auto found = stated_name(name)) return found;
  return std::nullopt;
}

double StoredConstants::positive(const Stated& stated) const {
  const std::optional<double> number = number_in(*stated.value);
  if (!number || !std::isfinite(*number) || *number <= 0)
    refuse(stated.name, "a positive number", text_of(*stated.value));
  return *number;
}

void StoredConstants::fold_gains(StateDict& state) const {
  const auto scale = [&](const std::string& name, double factor) {
    const auto found = state.find(name);
    if (found == state.end() || equal(factor, 1)) return;
    found->second = found->second.to(torch::kFloat32) * factor;
  };
  std::vector<std::string> modules;  // "mapping.fc0.", "synthesis.b4.torgb."
  for (const auto& [name, tensor] : state)
    if (name.ends_with(".weight") && tensor.dim() >= 2 && tensor.size(1) > 0)
      modules.push_back(name.substr(0, name.size() - 6));
  for (const std::string& module : modules) {
    const Tensor& weight = state.at(module + "weight");
    const double root = std::sqrt(static_cast<double>(weight.size(1)));
    if (module.ends_with(".torgb.")) {  // the gain of its style
      if (const auto gain = stated(module, "weight_gain"))
        scale(module + "weight", positive(*gain) * root);
      continue;
    }
    if (weight.dim() != 2) continue;
    const bool maps = module.starts_with("style.") || module.starts_with("mapping.fc"),
               rosinality = module.starts_with("style.") || module.ends_with(".modulation.");
    const double own = maps ? kMappingRate : 1;
    const auto stated_own = stated_rate(module);
    const double rate = stated_own ? positive(*stated_own) : own;
    const auto weight_gain = stated(module, rosinality ? "scale" : "weight_gain"),
               bias_gain = stated(module, rosinality ? "lr_mul" : "bias_gain");
    scale(module + "weight", (weight_gain ? positive(*weight_gain) * root : rate) / own);
    scale(module + "bias", (bias_gain ? positive(*bias_gain) : rate) / own);
  }
}

std::int64_t StoredConstants::size_of(const std::string& tensor, std::size_t axis) const {
  const auto found = file_.tensors.find(prefix_ + tensor);
  return found == file_.tensors.end() || found->second.sizes.size() <= axis
             ? -1
             : found->second.sizes[axis];
}

// How many of start0end, start1end, ... are there.
std::int64_t StoredConstants::count_of(const std::string& start, const std::string& end) const {
  std::int64_t count = 0;
  while (file_.has(concat(prefix_, start, count, end))) ++count;
  return count;
}

// What the attribute of a module may be; nothing for one that says nothing of the computation.
std::vector<Json> StoredConstants::accepted(const std::string& module,
                                            const std::string& attribute) const {
  const bool up = ends_in(module, "conv0"), convolution = up || ends_in(module, "conv1"),
             to_rgb = ends_in(module, "torgb") || module.find("to_rgb") != module.npos,
             linear = to_rgb || ends_in(module, "affine") || ends_in(module, "embed") ||
                      ends_in(module, "modulation");
  const std::string& a = attribute;
  if (a == "activation")
    return linear ? std::vector<Json>{"linear", nullptr}
                  : std::vector<Json>{"lrelu", "fused_lrelu"};
  if (a == "architecture") return {"skip"};
  if (a == "noise_mode") return {"const", "random"};
  if (a == "demodulate") return {!to_rgb};
  if (a == "use_noise" || a == "normalize" || a == "normalize_z" || a == "normalize_latents" ||
      a == "normalize_2nd_moment" || a == "pixel_norm")
    return {true};
  if (a == "eps" || a == "epsilon") return {1e-8};
  if (a == "negative_slope" || a == "lrelu_slope") return {0.2};
  if (a == "act_gain" && convolution) return {std::numbers::sqrt2};
  if (a == "scale" && ends_in(module, "activate")) return {std::numbers::sqrt2};
  if (a == "scale" && ends_in(module, "conv")) {
    const std::string weight = module + ".weight";  // [1, out, in, k, k]
    const double inputs =
        static_cast<double>(size_of(weight, 2) * size_of(weight, 3) * size_of(weight, 4));
    return inputs > 0 ? std::vector<Json>{1 / std::sqrt(inputs)} : std::vector<Json>{};
  }
  if (a == "up" && convolution) return {up ? 2 : 1};
  if (a == "down" && convolution) return {1};
  if (a == "padding" && convolution) return {1};
  if (a == "kernel_size" && convolution) return {3};
  if (a == "conv_kernel") return {3};
  const bool sized = module.empty() || module == "mapping" || module == "synthesis";
  const auto size = [](std::int64_t found) {
    return found < 0 ? std::vector<Json>{} : std::vector<Json>{found};
  };
  if (!sized) return {};
  if (a == "img_channels") return size(size_of("synthesis.b4.torgb.weight", 0));
  if (a == "w_dim") return size(size_of("mapping.w_avg", 0));
  if (a == "c_dim" && size_of("mapping.fc0.weight", 1) > 0)
    return {std::max<std::int64_t>(0, size_of("mapping.embed.weight", 1))};
  if (a == "num_layers" && module == "mapping") return size(count_of("mapping.fc", ".weight"));
  if (a == "img_resolution" && size_of("synthesis.b4.const", 0) > 0) {
    std::int64_t side = 4;
    while (file_.has(concat(prefix_, "synthesis.b", 2 * side, ".conv1.weight"))) side *= 2;
    return {side};
  }
  return {};
}

void StoredConstants::check_value(const std::string& name, const std::string& rest,
                                  const Json& value) const {
  const auto [module, attribute] = parts_of(rest);
  if (is_filter_name(attribute)) {
    const bool unused = ends_in(module, "conv1") || module.ends_with("b4");
    if (!unused && !is_proportional(value)) refuse(name, "[1, 3, 3, 1]", text_of(value));
    return;
  }
  const std::vector<Json> known = accepted(module, attribute);
  if (known.empty()) return;
  for (const Json& one : known)
    if (is_same(value, one)) return;
  refuse(name, text_of(known.front()), text_of(value));
}

// The filters that double images: outer([1, 3, 3, 1]) / 64, in rosinality's files times 4.
void StoredConstants::check_filter(const std::string& name) const {
  const std::string rest = name.substr(prefix_.size());
  const auto [module, attribute] = parts_of(rest);
  const bool native = attribute == "resample_filter" && rest.starts_with("synthesis."),
             rosinality = attribute == "kernel" &&
                          (module.ends_with(".blur") || module.ends_with(".upsample"));
  if ((!native && !rosinality) || (native && (ends_in(module, "conv1") || ends_in(module, "b4"))))
    return;  // the others are not used
  const Shape& sizes = file_.tensors.at(name).sizes;
  const bool flat = native && sizes == Shape{4};
  if (!flat && sizes != Shape{4, 4})
    throw format_error(file_.path, concat("tensor '", name,
                                          "' must be the filter [1, 3, 3, 1] of shape [4, 4], but "
                                          "has shape ",
                                          shape_text(sizes)));
  const Tensor filter = file_.load(name).to(torch::kFloat64);
  const Tensor expected = flat ? taps() / 8 : torch::outer(taps(), taps()) / (native ? 64 : 16);
  if (torch::allclose(filter, expected, kTolerance, kTolerance * 0.01)) return;
  throw format_error(
      file_.path,
      concat("tensor '", name, "' must be the filter [1, 3, 3, 1] with the sum ",
             expected.sum().item<double>(), ", the only one that is computed, but is that of ",
             row_text(filter), " with the sum ", filter.sum().item<double>()));
}

void StoredConstants::require_known() const {
  for (auto it = file_.tensors.lower_bound(prefix_);
       it != file_.tensors.end() && it->first.starts_with(prefix_); ++it)
    check_filter(it->first);
  for (auto it = file_.values.lower_bound(prefix_);
       it != file_.values.end() && it->first.starts_with(prefix_); ++it) {
    const std::string rest = it->first.substr(prefix_.size());
    const bool own = rest.find('.') == rest.npos || rest.starts_with("synthesis.") ||
                     rest.starts_with("mapping.") || rest.starts_with("_init_kwargs.") ||
                     rest.starts_with("conv1.") || rest.starts_with("convs.") ||
                     rest.starts_with("to_rgb") || rest.starts_with("style.");
    if (own) check_value(it->first, rest, it->second);
  }
  for (const char* name : {"args.blur_kernel", "args.resample_filter"})
    if (const auto found = stated_name(name)) check_value(name, name, *found->value);
  if (const auto found = stated_name("args.arch"); found && !is_same(*found->value, "stylegan2"))
    refuse(found->name, "\"stylegan2\"", text_of(*found->value));
}

double StoredConstants::clamp() const {
  if (file_.has(kClamp)) {
    const Tensor stored = file_.load(kClamp);
    const double value = stored.numel() == 1 ? stored.item<double>() : -1;
    if (!std::isfinite(value) || value < 0)
      refuse(kClamp, "a number of at least 0", concat("of shape ", shape_text(stored.sizes())));
    return value;
  }
  const auto limit = [&](const Stated& found) {
    return found.value->is_null() ? 0.0 : positive(found);
  };
  std::optional<Stated> first;
  for (std::int64_t side = 4; file_.has(concat(prefix_, "synthesis.b", side, ".conv1.weight"));
       side *= 2)
    for (const char* layer : {"conv1", "conv0", "torgb"}) {
      const auto found = stated(concat("synthesis.b", side, ".", layer, "."), kClamp);
      if (!found) continue;
      if (!first) first = found;
      if (!equal(limit(*found), limit(*first)))
        refuse(found->name, concat("the limit of all layers, ", text_of(*first->value)),
               text_of(*found->value));
    }
  if (first) return limit(*first);
  for (const std::string& name :
       {prefix_ + "synthesis._init_kwargs.conv_clamp",
        prefix_ + "_init_kwargs.synthesis_kwargs.conv_clamp", prefix_ + "_init_kwargs.conv_clamp"})
    if (const auto found = stated_name(name)) return limit(*found);
  for (const char* name : {kClamp, "clamp"})  // beside converted weights, where 0 says none
    if (const auto found = stated_name(name))
      return number_in(*found->value) == 0.0 ? 0.0 : limit(*found);
  return 0;
}

}  // namespace sgilo
