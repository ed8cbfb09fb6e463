#include "sgilo/generator/rosinality.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

#include "sgilo/core/error.h"
#include "sgilo/core/shape.h"

namespace sgilo {
namespace {

constexpr std::int64_t kMostBlocks = 11;  // 4096 x 4096

// The tensor without leading axes of size 1, which must then have this shape (-1: any size).
Tensor shaped(const StateDict& state, const std::string& name, const Shape& shape) {
  const Tensor& tensor = require_tensor(state, name);
  const std::int64_t leading = tensor.dim() - static_cast<std::int64_t>(shape.size());
  bool fits = leading >= 0;
  for (std::int64_t axis = 0; fits && axis < tensor.dim(); ++axis) {
    const std::int64_t size = axis < leading ? 1 : shape[static_cast<std::size_t>(axis - leading)];
    fits = size < 0 || tensor.size(axis) == size;
  }
  if (!fits)
    throw FormatError(concat("tensor '", name, "' must have shape ", shape_text(shape),
                             " behind leading ones, but has ", shape_text(tensor.sizes())));
  return tensor.view(tensor.sizes().slice(static_cast<std::size_t>(leading)));
}

// One more than the largest number (of 32 bits) behind `start` in the names; 0: there is none.
std::int64_t numbered(const StateDict& state, std::string_view start) {
  std::int64_t count = 0;
  for (const auto& [name, tensor] : state) {
    std::int32_t number = 0;
    if (!name.starts_with(start)) continue;
    const auto [end, error] =
        std::from_chars(name.data() + start.size(), name.data() + name.size(), number);
    if (error == std::errc() && *end == '.') count = std::max(count, std::int64_t{number} + 1);
  }
  return count;
}

// Whatever else stands among the layers is computed by another program.
void require_no_others(const StateDict& state, const std::set<std::string>& taken) {
  for (const auto& [name, tensor] : state)
    for (const char* layers : {"style.", "input.", "conv1.", "convs.", "to_rgb1.", "to_rgbs."})
      if (name.starts_with(layers) && !name.ends_with(".kernel") && !taken.count(name))
        throw FormatError(concat("tensor '", name, "' belongs to no part of the network"));
}

}  // namespace

bool is_rosinality(const StateDict& state) {
  return state.count("input.input") && state.count("conv1.conv.weight");
}

StateDict native_from_rosinality(StateDict state, const Tensor& style_average) {
  StateDict out;
  std::set<std::string> taken;
  const auto take = [&](const std::string& name, const Shape& shape) {
    taken.insert(name);
    return shaped(state, name, shape);
  };
  const std::int64_t width = take("style.1.bias", {-1}).size(0);
  const std::int64_t layers = numbered(state, "style.");
  for (std::int64_t layer = 1; layer < layers; ++layer) {
    const std::string from = concat("style.", layer), to = concat("mapping.fc", layer - 1);
    out[to + ".weight"] = take(from + ".weight", {width, width});
    out[to + ".bias"] = take(from + ".bias", {width});
  }
  out["mapping.w_avg"] = style_average.defined()
                             ? shaped({{"latent_avg", style_average}}, "latent_avg", {width})
                             : torch::zeros({width});

  const auto add_affine = [&](const std::string& from, const std::string& to, std::int64_t in) {
    out[to + ".affine.weight"] = take(from + ".conv.modulation.weight", {in, width});
    out[to + ".affine.bias"] = take(from + ".conv.modulation.bias", {in});
  };
  std::int64_t noise = 0;
  const auto add_convolution = [&](const std::string& from, const std::string& to, std::int64_t in,
                                   std::int64_t wide, std::int64_t r) {
    Tensor weight = take(from + ".conv.weight", {wide, in, 3, 3});
    if (!weight.is_floating_point()) weight = weight.to(torch::kFloat32);
    out[to + ".weight"] = weight.div_(std::sqrt(static_cast<double>(9 * in)));
    out[to + ".bias"] = take(from + ".activate.bias", {weight.size(0)});
    out[to + ".noise_strength"] = take(from + ".noise.weight", {});
    add_affine(from, to, in);
    const std::string constant = concat("noises.noise_", noise++);
    out[to + ".noise_const"] =
        state.count(constant) ? take(constant, {r, r}) : torch::zeros({r, r});
    return weight.size(0);
  };
  const std::int64_t colours = take("to_rgb1.bias", {-1, 1, 1}).size(0);
  const auto add_to_rgb = [&](const std::string& from, const std::string& to, std::int64_t in) {
    out[to + ".weight"] = take(from + ".conv.weight", {colours, in, 1, 1});
    out[to + ".bias"] = take(from + ".bias", {colours, 1, 1}).reshape({colours});
    add_affine(from, to, in);
  };

  const std::int64_t blocks =
      1 + std::max(numbered(state, "to_rgbs."), (numbered(state, "convs.") + 1) / 2);
  if (blocks > kMostBlocks)
    throw FormatError(concat("the generator has ", blocks, " blocks, but at most ", kMostBlocks,
                             " (4096x4096) are read"));
  out["synthesis.b4.const"] = take("input.input", {-1, 4, 4});
  std::int64_t channels = out["synthesis.b4.const"].size(0);
  add_convolution("conv1", "synthesis.b4.conv1", channels, channels, 4);
  add_to_rgb("to_rgb1", "synthesis.b4.torgb", channels);
  for (std::int64_t b = 1; b < blocks; ++b) {
    const std::int64_t r = std::int64_t{4} << b;
    const std::string block = concat("synthesis.b", r, ".");
    channels = add_convolution(concat("convs.", 2 * b - 2), block + "conv0", channels, -1, r);
    add_convolution(concat("convs.", 2 * b - 1), block + "conv1", channels, channels, r);
    add_to_rgb(concat("to_rgbs.", b - 1), block + "torgb", channels);
  }
  require_no_others(state, taken);
  return out;
}

}  // namespace sgilo
