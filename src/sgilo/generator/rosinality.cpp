#include "sgilo/generator/rosinality.h"

#include <cmath>

#include "sgilo/core/error.h"
#include "sgilo/core/shape.h"

namespace sgilo {
namespace {

// A tensor with its leading axes of size 1 taken off, so that `axes` remain.
Tensor without_leading_ones(const StateDict& state, const std::string& name, std::int64_t axes) {
  Tensor tensor = require_tensor(state, name);
  while (tensor.dim() > axes && tensor.size(0) == 1) tensor = tensor.squeeze(0);
  if (tensor.dim() != axes)
    throw FormatError(concat("tensor '", name, "' must have ", axes,
                             " axes behind leading ones, but has shape ",
                             shape_text(require_tensor(state, name).sizes())));
  return tensor;
}

}  // namespace

bool is_rosinality(const StateDict& state) {
  return state.count("input.input") && state.count("conv1.conv.weight");
}

StateDict native_from_rosinality(StateDict state, const Tensor& style_average) {
  StateDict out;
  std::int64_t layer = 0;
  for (; state.count(concat("style.", layer + 1, ".weight")); ++layer)
    for (const char* part : {".weight", ".bias"})
      out[concat("mapping.fc", layer, part)] =
          require_tensor(state, concat("style.", layer + 1, part));
  out["synthesis.b4.const"] = without_leading_ones(state, "input.input", 3);
  const std::int64_t width = require_tensor(state, "conv1.conv.modulation.weight").size(-1);
  out["mapping.w_avg"] =
      style_average.defined() ? style_average.reshape({-1}) : torch::zeros({width});

  std::int64_t noise = 0;
  const auto add_convolution = [&](const std::string& from, const std::string& to, std::int64_t r) {
    Tensor weight = without_leading_ones(state, from + ".conv.weight", 4);
    const double fan_in = static_cast<double>(weight[0].numel());
    out[to + ".weight"] = weight.is_floating_point() ? weight.div_(std::sqrt(fan_in)) : weight;
    out[to + ".bias"] = require_tensor(state, from + ".activate.bias");
    out[to + ".noise_strength"] = require_tensor(state, from + ".noise.weight").reshape({});
    out[to + ".affine.weight"] = require_tensor(state, from + ".conv.modulation.weight");
    out[to + ".affine.bias"] = require_tensor(state, from + ".conv.modulation.bias");
    const std::string constant = concat("noises.noise_", noise++);
    out[to + ".noise_const"] =
        state.count(constant) ? without_leading_ones(state, constant, 2) : torch::zeros({r, r});
  };
  const auto add_to_rgb = [&](const std::string& from, const std::string& to) {
    out[to + ".weight"] = without_leading_ones(state, from + ".conv.weight", 4);
    out[to + ".bias"] = require_tensor(state, from + ".bias").reshape({-1});
    out[to + ".affine.weight"] = require_tensor(state, from + ".conv.modulation.weight");
    out[to + ".affine.bias"] = require_tensor(state, from + ".conv.modulation.bias");
  };
  add_convolution("conv1", "synthesis.b4.conv1", 4);
  add_to_rgb("to_rgb1", "synthesis.b4.torgb");
  for (std::int64_t b = 1; state.count(concat("to_rgbs.", b - 1, ".bias")); ++b) {
    const std::int64_t r = std::int64_t{4} << b;
    const std::string block = concat("synthesis.b", r, ".");
    add_convolution(concat("convs.", 2 * b - 2), block + "conv0", r);
    add_convolution(concat("convs.", 2 * b - 1), block + "conv1", r);
    add_to_rgb(concat("to_rgbs.", b - 1), block + "torgb");
  }
  return out;
}

}  // namespace sgilo
