#include "sgilo/generator/stylegan2_generator.h"

#include <algorithm>

#include "sgilo/core/error.h"
#include "sgilo/core/real_numbers.h"
#include "sgilo/core/shape.h"
#include "sgilo/generator/kernels/upsample_filter.h"

namespace sgilo {
namespace {

Tensor lrelu5(const Tensor& w) { return torch::where(w < 0, 5 * w, w); }

Tensor per_channel(const Tensor& x) { return x.view({1, -1, 1, 1}); }

std::string noise_name(std::int64_t j) { return concat("noise_", j); }

std::int64_t first_noise(int layer) { return layer == 0 ? 0 : 2 * layer - 1; }

// ws [N, rows, w]: rows from a random crossover on come from a second input, half of the time.
Tensor mixed_styles(StyleGan2 network, const std::vector<RandomStreams>& rows) {
  const std::int64_t z_dim = network->mapping->options.z_dim,
                     count = network->synthesis->options.style_rows();
  const Tensor device_of = network->mapping->w_avg;
  const Tensor first =
      network->styles(normal_rows(children(rows, "z"), {z_dim}).to(device_of.device()));
  const Tensor second =
      network->styles(normal_rows(children(rows, "second z"), {z_dim}).to(device_of.device()));
  Tensor from_first = torch::ones({static_cast<std::int64_t>(rows.size()), count, 1}, torch::kBool);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::uint64_t crossover =
        1 + rows[i].child("crossover").integer(static_cast<std::uint64_t>(2 * (count - 1)));
    if (crossover < static_cast<std::uint64_t>(count))
      from_first[static_cast<std::int64_t>(i)]
          .slice(0, static_cast<std::int64_t>(crossover))
          .fill_(false);
  }
  return torch::where(from_first.to(device_of.device()), first, second);
}

}  // namespace

namespace {

void require_positive(std::string_view what, const Tensor& numbers) {
  if (!((numbers > 0) & torch::isfinite(numbers)).all().item<bool>())
    throw FormatError(concat("coordinates: ", what, " must be positive numbers"));
}

}  // namespace

StateDict StyleGan2Coordinates::state() const {
  StateDict out{{"styles.mean", style_mean}, {"styles.factor", style_factor}};
  for (const auto& [layer, channel] : layers) {
    out[concat("layer_", layer, ".mean")] = channel.mean;
    out[concat("layer_", layer, ".scale")] = channel.scale;
  }
  return out;
}

StyleGan2Coordinates StyleGan2Coordinates::from_state(const StateDict& state) {
  StyleGan2Coordinates out;
  const auto numbers = [&](const std::string& name) {
    return as_float32(require_tensor(state, name), concat("tensor '", name, "'"));
  };
  out.style_mean = numbers("styles.mean");
  out.style_factor = numbers("styles.factor");
  for (int layer = 1; state.count(concat("layer_", layer, ".mean")); ++layer)
    out.layers[layer] = {numbers(concat("layer_", layer, ".mean")),
                         numbers(concat("layer_", layer, ".scale"))};
  return out;
}

std::optional<StyleGan2Coordinates> estimate_coordinates(StyleGan2 network, std::int64_t count,
                                                         const RandomStreams& streams,
                                                         Observer& observer) {
  const torch::NoGradGuard no_grad;
  std::vector<RandomStreams> rows;
  for (std::int64_t i = 0; i < count; ++i)
    rows.push_back(streams.child(static_cast<std::uint64_t>(i)));
  StyleGan2Coordinates out;
  const std::int64_t z_dim = network->mapping->options.z_dim,
                     w_dim = network->mapping->options.w_dim;
  const auto device = network->mapping->w_avg.device();
  // Many inputs are cheap for the mapping network; a covariance of w_dim^2 numbers wants them.
  const Tensor u = lrelu5(network->mapping->forward(
                              streams.child("style covariance")
                                  .normal({std::max<std::int64_t>(100 * w_dim, count), z_dim})
                                  .to(device)))
                       .to(torch::kFloat64);
  out.style_mean = u.mean(0);
  const Tensor centred = u - out.style_mean;
  const Tensor covariance = centred.t().matmul(centred) / static_cast<double>(u.size(0) - 1);
  // A floor of 1e-6 of the mean variance keeps directions
  // in which the styles do not move invertible.
  const Tensor floor =
      torch::eye(w_dim, covariance.options()) * (1e-6 * covariance.diagonal().mean());
  out.style_factor = torch::linalg_cholesky(covariance + floor).to(torch::kFloat32);
  out.style_mean = out.style_mean.to(torch::kFloat32);
  const int layers = static_cast<int>(network->synthesis->options.blocks()) - 1;
  for (int layer = 1; layer <= layers; ++layer) {
    const std::int64_t channels =
        network->synthesis->options.widths[static_cast<std::size_t>(layer - 1)] +
        (layer > 1 ? 3 : 0);
    out.layers[layer] = {torch::zeros({channels}, torch::TensorOptions(device)),
                         torch::ones({channels}, torch::TensorOptions(device))};
  }
  const StyleGan2Generator identity(network, out);
  struct Moments {
    Tensor sum, squares;
    double numbers = 0;
  };
  std::map<int, Moments> moments;
  // At most 64 rows and about 2^24 numbers of the largest layer at once.
  const auto batch = static_cast<std::size_t>(
      std::clamp<std::int64_t>((std::int64_t{1} << 24) / identity.dimension(layers), 1, 64));
  for (std::size_t begin = 0; begin < rows.size(); begin += batch) {
    const std::size_t end = std::min(begin + batch, rows.size());
    LatentState state = identity.draw_mixed(1, {rows.begin() + static_cast<std::ptrdiff_t>(begin),
                                                rows.begin() + static_cast<std::ptrdiff_t>(end)});
    for (int layer = 1; layer <= layers; ++layer) {
      state = identity.advance(state, layer);
      const Tensor x = state.at("features");
      const Tensor sum = x.sum({0, 2, 3}, false, torch::kFloat64),
                   squares = x.square().sum({0, 2, 3}, false, torch::kFloat64);
      Moments& of = moments[layer];
      of.sum = of.sum.defined() ? of.sum + sum : sum;
      of.squares = of.squares.defined() ? of.squares + squares : squares;
      of.numbers += static_cast<double>(x.numel() / x.size(1));
    }
    observer.on_step(
        {.stage = "coordinates", .step = static_cast<std::int64_t>(end), .steps = count});
    if (observer.stop_requested()) return std::nullopt;
  }
  for (const auto& [layer, of] : moments) {
    const Tensor mean = of.sum / of.numbers,
                 deviation = (of.squares / of.numbers - mean.square()).clamp_min(0).sqrt();
    // A dead channel must not be blown up:
    // scales below a thousandth of the largest are raised to it.
    out.layers[layer] = {mean.to(torch::kFloat32),
                         torch::maximum(deviation, 1e-3 * deviation.max()).to(torch::kFloat32)};
  }
  return out;
}

StyleGan2Generator::StyleGan2Generator(StyleGan2 network, StyleGan2Coordinates coordinates)
    : network_(std::move(network)), coordinates_(std::move(coordinates)) {
  const std::int64_t w = network_->mapping->options.w_dim;
  require_shape("coordinates: the mean of the styles", coordinates_.style_mean, {w});
  require_shape("coordinates: the factor of the styles", coordinates_.style_factor, {w, w});
  for (int layer = 1; layer <= layers(); ++layer) {
    if (!coordinates_.layers.count(layer))
      throw FormatError(concat("coordinates: layer ", layer, " is missing"));
    require_shape(concat("coordinates: the mean of layer ", layer),
                  coordinates_.layers.at(layer).mean, {variable_shape(layer, "features")[0]});
    require_shape(concat("coordinates: the scale of layer ", layer),
                  coordinates_.layers.at(layer).scale, {variable_shape(layer, "features")[0]});
  }
  for (const auto& [layer, channel] : coordinates_.layers)
    require_positive(concat("the scale of layer ", layer), channel.scale);
  require_positive("the diagonal of the factor of the styles",
                   coordinates_.style_factor.diagonal());
  if (!torch::equal(coordinates_.style_factor, coordinates_.style_factor.tril()))
    throw FormatError("coordinates: the factor of the styles must be lower triangular");
  inverse_factor_ =
      torch::linalg_inv(coordinates_.style_factor.to(torch::kFloat64)).to(torch::kFloat32);
  if (!torch::isfinite(inverse_factor_).all().item<bool>())
    throw FormatError("coordinates: the factor of the styles is singular in float32");
  for (Tensor& parameter : network_->parameters()) parameter.requires_grad_(false);
}

int StyleGan2Generator::layers() const {
  return static_cast<int>(network_->synthesis->options.blocks()) - 1;
}

Shape StyleGan2Generator::image_shape() const {
  const std::int64_t size = network_->synthesis->options.size();
  return {3, size, size};
}

std::string StyleGan2Generator::describe() const {
  const auto& o = network_->synthesis->options;
  std::vector<std::string> widths;
  for (const std::int64_t width : o.widths) widths.push_back(concat(width));
  return concat("stylegan2 (", o.size(), "x", o.size(), ", widths ", join(widths), ", ",
                o.style_rows(), " style rows of ", o.w_dim, ")");
}

Shape StyleGan2Generator::variable_shape(int layer, std::string_view name) const {
  const auto& o = network_->synthesis->options;
  if (name == "styles") return {o.style_rows(), o.w_dim};
  if (name == "features" && layer >= 1 && layer <= layers()) {
    const std::int64_t r = o.resolution(layer - 1);
    return {o.widths[static_cast<std::size_t>(layer - 1)] + (layer > 1 ? 3 : 0), r, r};
  }
  for (std::int64_t j = first_noise(layer); j < o.noise_inputs(); ++j)
    if (name == noise_name(j))
      return {1, o.resolution(SynthesisOptions::block_of_noise(j)),
              o.resolution(SynthesisOptions::block_of_noise(j))};
  throw ConfigError(concat("layer ", layer, " of the generator has no variable '", name, "'"));
}

std::int64_t StyleGan2Generator::dimension(int layer) const {
  std::int64_t p = 1;
  for (const std::int64_t size : variable_shape(layer, layer == 0 ? "styles" : "features"))
    p *= size;
  return p;
}

Tensor StyleGan2Generator::styles_from_coordinates(const Tensor& z) const {
  return torch::leaky_relu(
      torch::matmul(z, coordinates_.style_factor.t()) + coordinates_.style_mean, 0.2);
}

Tensor StyleGan2Generator::coordinates_from_styles(const Tensor& ws) const {
  return torch::matmul(lrelu5(ws) - coordinates_.style_mean, inverse_factor_.t());
}

Noises StyleGan2Generator::noises_of(const LatentState& state) const {
  Noises noises(static_cast<std::size_t>(network_->synthesis->options.noise_inputs()));
  for (std::int64_t j = first_noise(state.layer); j < static_cast<std::int64_t>(noises.size()); ++j)
    noises[static_cast<std::size_t>(j)] = state.at(noise_name(j));
  return noises;
}

// What the blocks before the stage's layer left; for stage 0 nothing.
BlockState StyleGan2Generator::block_state(const LatentState& state, const Tensor& ws) const {
  if (state.layer == 0) return {};
  SynthesisNetwork synthesis = network_->synthesis;
  const ChannelCoordinates& c = coordinates_.layers.at(state.layer);
  const Tensor variable = state.at("features") * per_channel(c.scale) + per_channel(c.mean);
  const std::int64_t channels =
      synthesis->options.widths[static_cast<std::size_t>(state.layer - 1)];
  const Tensor x = variable.narrow(1, 0, channels);
  const Tensor rgb = synthesis->to_rgb(state.layer - 1, x, ws);
  return {x, state.layer > 1 ? rgb + variable.narrow(1, channels, 3) : rgb};
}

Tensor StyleGan2Generator::decode(const LatentState& state) const {
  return decode(state, network_->synthesis->options.blocks() - 1);
}

Tensor StyleGan2Generator::decode(const LatentState& state, std::int64_t last_block) const {
  SynthesisNetwork synthesis = network_->synthesis;
  const Tensor ws = styles_from_coordinates(state.at("styles"));
  return synthesis->image(block_state(state, ws), ws, noises_of(state), state.layer, last_block);
}

// `before` is what block layer-2 left, `features` those of block layer-1.
Tensor StyleGan2Generator::standardised_features(const BlockState& before, const Tensor& features,
                                                 int layer) const {
  const ChannelCoordinates& c = coordinates_.layers.at(layer);
  const Tensor x = features.to(torch::kFloat32);
  return ((layer > 1 ? torch::cat({x, upsample(before.skip)}, 1) : x) - per_channel(c.mean)) /
         per_channel(c.scale);
}

LatentState StyleGan2Generator::advance(const LatentState& state, int to_layer) const {
  if (to_layer < state.layer || to_layer > layers())
    throw ConfigError(concat("a state of layer ", state.layer, " can go on to layers ", state.layer,
                             " to ", layers(), ", not to ", to_layer));
  if (to_layer == state.layer) return state;
  SynthesisNetwork synthesis = network_->synthesis;
  const Tensor ws = styles_from_coordinates(state.at("styles"));
  const Noises noises = noises_of(state);
  const BlockState before =
      synthesis->run(block_state(state, ws), ws, noises, state.layer, to_layer - 2);
  const Tensor features = synthesis->features(to_layer - 1, before.features, ws, noises);
  LatentState out{to_layer,
                  {{"features", Role::layer, standardised_features(before, features, to_layer)},
                   {"styles", Role::code, state.at("styles")}}};
  for (std::int64_t j = first_noise(to_layer); j < synthesis->options.noise_inputs(); ++j)
    out.variables.push_back({noise_name(j), Role::noise, state.at(noise_name(j))});
  return out;
}

LatentState StyleGan2Generator::state_from_styles(int layer, const Tensor& ws,
                                                  const std::vector<RandomStreams>& rows) const {
  LatentState state{0, {{"styles", Role::code, coordinates_from_styles(ws)}}};
  for (std::int64_t j = 0; j < network_->synthesis->options.noise_inputs(); ++j) {
    const Tensor noise =
        normal_rows(children(rows, noise_name(j)), variable_shape(0, noise_name(j)));
    state.variables.push_back({noise_name(j), Role::noise, noise.to(ws.device())});
  }
  return advance(state, layer);
}

LatentState StyleGan2Generator::draw(int layer, const std::vector<RandomStreams>& rows) const {
  const torch::NoGradGuard no_grad;
  StyleGan2 network = network_;
  const Tensor z = normal_rows(children(rows, "z"), {network->mapping->options.z_dim})
                       .to(network->mapping->w_avg.device());
  return state_from_styles(layer, network->styles(z), rows);
}

LatentState StyleGan2Generator::draw_mixed(int layer,
                                           const std::vector<RandomStreams>& rows) const {
  const torch::NoGradGuard no_grad;
  return state_from_styles(layer, mixed_styles(network_, rows), rows);
}

}  // namespace sgilo
