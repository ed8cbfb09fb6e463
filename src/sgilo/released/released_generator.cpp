#include "sgilo/released/released_generator.h"

#include "sgilo/core/error.h"
#include "sgilo/core/real_numbers.h"
#include "sgilo/core/shape.h"

namespace sgilo {
namespace {

std::string noise_name(std::int64_t j) { return concat("noise_", j); }

BlockState without_skip(const LatentState& state) {
  if (state.layer == 0) return {};
  return {state.at("features"), Tensor()};
}

}  // namespace

Tensor GaussianStyles::styles(const Tensor& z) const {
  return torch::leaky_relu(std * z + mean, 0.2);
}

GaussianStyles GaussianStyles::from_state(const StateDict& state) {
  GaussianStyles out{as_float32(require_tensor(state, "mean"), "tensor 'mean'"),
                     as_float32(require_tensor(state, "std"), "tensor 'std'")};
  if (out.mean.dim() != 1 || out.std.sizes() != out.mean.sizes())
    throw FormatError(
        concat("tensors 'mean' and 'std' must both have the shape [styles], but have ",
               shape_text(out.mean.sizes()), " and ", shape_text(out.std.sizes())));
  return out;
}

ReleasedGenerator::ReleasedGenerator(StyleGan2 network, std::optional<GaussianStyles> fit)
    : network_(std::move(network)), fit_(std::move(fit)) {
  const auto& mapping = network_->mapping->options;
  if (fit_ && fit_->mean.numel() != mapping.w_dim)
    throw FormatError(concat("the Gaussian styles must have the generator's ", mapping.w_dim,
                             " numbers, but have ", fit_->mean.numel()));
  if (!fit_ && mapping.z_dim != mapping.w_dim)
    throw FormatError(concat("style rows must be inputs of the mapping network, but it maps ",
                             mapping.z_dim, " numbers to ", mapping.w_dim));
  network_->synthesis->options.clamp = 0;
  for (Tensor& parameter : network_->parameters()) parameter.requires_grad_(false);
}

int ReleasedGenerator::layers() const {
  return static_cast<int>(network_->synthesis->options.blocks()) - 1;
}

Shape ReleasedGenerator::image_shape() const {
  const std::int64_t size = network_->synthesis->options.size();
  return {3, size, size};
}

std::string ReleasedGenerator::describe() const {
  const auto& o = network_->synthesis->options;
  return concat("released stylegan2 (", o.size(), "x", o.size(), ", ", o.style_rows(),
                " style rows of ", o.w_dim, " through ",
                fit_ ? "their Gaussian fit" : "the mapping network", ")");
}

LatentState ReleasedGenerator::draw(int layer, const std::vector<RandomStreams>& rows) const {
  const torch::NoGradGuard no_grad;
  const auto& o = network_->synthesis->options;
  const auto device = network_->mapping->w_avg.device();
  LatentState state{0, {}};
  const Tensor z = normal_rows(children(rows, "z"), {1, o.w_dim}).to(device);
  state.variables.push_back({"styles", Role::code, z.repeat({1, o.style_rows(), 1})});
  for (std::int64_t j = 0; j < o.noise_inputs(); ++j) {
    const std::int64_t r = o.resolution(SynthesisOptions::block_of_noise(j));
    const Tensor noise = normal_rows(children(rows, noise_name(j)), {r, r});
    state.variables.push_back({noise_name(j), Role::noise, noise.to(device)});
  }
  return advance(state, layer);
}

Tensor ReleasedGenerator::styles(const Tensor& z) const {
  if (fit_) return fit_->styles(z);
  MappingNetwork mapping = network_->mapping;
  return mapping->forward(z.flatten(0, 1)).reshape(z.sizes());
}

Noises ReleasedGenerator::noises_of(const LatentState& state) const {
  Noises noises;
  for (std::int64_t j = 0; j < network_->synthesis->options.noise_inputs(); ++j)
    noises.push_back(state.at(noise_name(j)).unsqueeze(1));
  return noises;
}

Tensor ReleasedGenerator::decode(const LatentState& state) const {
  SynthesisNetwork synthesis = network_->synthesis;
  return synthesis->image(without_skip(state), styles(state.at("styles")), noises_of(state),
                          state.layer, synthesis->options.blocks() - 1);
}

LatentState ReleasedGenerator::advance(const LatentState& state, int to_layer) const {
  if (to_layer < state.layer || to_layer > layers())
    throw ConfigError(concat("a state of layer ", state.layer, " can go on to layers ", state.layer,
                             " to ", layers(), ", not to ", to_layer));
  if (to_layer == state.layer) return state;
  SynthesisNetwork synthesis = network_->synthesis;
  const Tensor ws = styles(state.at("styles"));
  const Noises noises = noises_of(state);
  Tensor features = without_skip(state).features;
  for (std::int64_t block = state.layer; block < to_layer; ++block)
    features = synthesis->features(block, features, ws, noises);
  LatentState out{to_layer, {{"features", Role::layer, features.to(torch::kFloat32).contiguous()}}};
  for (const Variable& variable : state.variables)
    if (variable.role != Role::layer) out.variables.push_back(variable);
  return out;
}

}  // namespace sgilo
