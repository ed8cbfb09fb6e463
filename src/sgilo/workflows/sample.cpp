#include "sgilo/workflows/sample.h"

#include "sgilo/checkpoint/safetensors.h"
#include "sgilo/core/error.h"
#include "sgilo/core/idle_options.h"
#include "sgilo/core/shape.h"
#include "sgilo/data/image_io.h"
#include "sgilo/files/output_name.h"
#include "sgilo/files/writable.h"
#include "sgilo/models/model.h"
#include "sgilo/training/portrait_frechet.h"
#include "sgilo/training/training_output.h"

namespace sgilo {
namespace {

constexpr std::size_t kBatch = 32;

struct Stopped {};  // thrown out of nested loops when the observer asks to stop

// Samples of the layer's score: features [rows, C, r, r] in standardised coordinates.
Tensor layer_samples(const SampleOptions& o, const Model& model,
                     const std::vector<RandomStreams>& rows, Observer& observer) {
  const auto& [score, sde] = model.priors.at(o.layer, Role::layer);
  const Tensor start =
      prior_draw(sde, layer_shape(model, o.layer), children(rows, "prior")).to(device_of(o.device));
  const auto streams = children(rows, "sampler");
  switch (o.sampler) {
    case LayerSampler::annealed_langevin:
      return annealed_langevin(score, sde, start, o.annealed_langevin, streams, observer);
    case LayerSampler::predictor_corrector:
      return predictor_corrector(score, sde, start, o.predictor_corrector, streams, observer);
    case LayerSampler::probability_flow:
      return probability_flow(score, sde, start, 1.0, 1e-3, o.probability_flow, observer);
  }
  throw ConfigError("unknown sampler");
}

LatentState states(const SampleOptions& o, const Model& model,
                   const std::vector<RandomStreams>& rows, Observer& observer) {
  const Generator& generator = *model.generator;
  const bool same_styles = o.layer > 0 && o.styles == SampleStyles::fixed;
  LatentState state = generator.draw(
      0, same_styles
             ? std::vector<RandomStreams>(
                   rows.size(), RandomStreams(static_cast<std::uint64_t>(o.seed)).child("fixed"))
             : rows);
  if (o.truncation != 1) {
    const StyleGan2Generator& own = stylegan2_of(model);
    StyleGan2 network = own.network();
    Tensor& z = state.at(Role::code);
    z = own.coordinates_from_styles(
        truncate(own.styles_from_coordinates(z), network->mapping->w_avg, o.truncation));
  }
  state = generator.advance(state, o.layer);
  if (o.layer > 0) state.at(Role::layer) = layer_samples(o, model, rows, observer);
  return state;
}

// Options of samplers that do not sample.
void refuse_idle_options(const SampleOptions& options) {
  if (options.layer == 0)
    refuse_idle(
        options,
        {"styles", "sampler", "annealed_langevin", "predictor_corrector", "probability_flow"},
        "with layer 0");
  for (const std::string_view sampler : EnumWords<LayerSampler>::words)
    if (sampler != word_of(options.sampler))
      refuse_idle(options, {sampler}, concat("with sampler ", word_of(options.sampler)));
}

Model checked_model(const SampleOptions& options) {
  validate(options);
  refuse_idle_options(options);
  require_file_ending("output", options.output, {".png"});
  require_writable_file(options.output);
  if (!options.latents.empty()) {
    require_file_ending("latents", options.latents, {".safetensors"});
    require_writable_file(options.latents);
  }
  Model model = load_model({options.model}, options);
  if (options.layer > 0 && !model.priors.has(options.layer, Role::layer)) {
    std::vector<std::string> known;
    for (const int layer : model.priors.layers()) known.push_back(concat(layer));
    throw ConfigError(concat("layer must be 0 or one with a score network (",
                             known.empty() ? "this model has none" : join(known), "), but is ",
                             options.layer));
  }
  if (options.frechet_images > 0 && !model.features)
    throw ConfigError(
        concat("frechet_images needs a classifier, but model ", model.name, " has none"));
  return model;
}

}  // namespace

SampleResult sample(const SampleOptions& options, Observer& observer) {
  const torch::NoGradGuard no_grad;
  const Model model = checked_model(options);
  const RandomStreams streams =
      RandomStreams(static_cast<std::uint64_t>(options.seed)).child("samples");
  std::vector<LatentState> kept;
  const auto draw = [&](std::int64_t first, std::int64_t count, bool keep) {
    std::vector<Tensor> images;
    for (std::int64_t begin = 0; begin < count; begin += static_cast<std::int64_t>(kBatch)) {
      std::vector<RandomStreams> rows;
      for (std::int64_t i = begin; i < std::min(count, begin + static_cast<std::int64_t>(kBatch));
           ++i)
        rows.push_back(streams.child(static_cast<std::uint64_t>(first + i)));
      const LatentState state = states(options, model, rows, observer);
      if (observer.stop_requested()) throw Stopped();
      if (keep) kept.push_back(state);
      images.push_back(model.generator->decode(state).cpu());
    }
    return torch::cat(images);
  };
  SampleResult result;
  try {
    result.images = draw(0, options.count, true);
    if (options.frechet_images > 0) {
      PortraitFrechet frechet(model.features, options.frechet_images,
                              static_cast<int>(model.generator->image_shape().back()));
      result.frechet = frechet.distance(
          [&](std::int64_t first, std::int64_t count) { return draw(first, count, false); });
      result.floor = frechet.floor();
      result.ruler = frechet.ruler();
    }
  } catch (const Stopped&) {
    return {};
  }
  require_finite("a sample", result.images);
  if (!options.latents.empty()) {
    StateDict variables;
    for (const Variable& x : LatentState::concatenated(kept).variables) {
      variables[x.name] = x.value.cpu();
      require_finite(concat("variable '", x.name, "' of the samples"), variables[x.name]);
    }
    write_safetensors(options.latents, variables, {{"layer", std::to_string(options.layer)}});
  }
  write_png(options.output, contact_sheet(result.images, options.columns, ""));
  result.finished = true;
  return result;
}

std::string plan(const SampleOptions& options) {
  const Model model = checked_model(options);
  return concat(options.count, " samples of model ", model.name, ": ", model.generator->describe(),
                options.layer > 0 ? concat(", layer ", options.layer, " from its score by ",
                                           word_of(options.sampler))
                                  : std::string(),
                "\nwould write ", options.output, "\n");
}

}  // namespace sgilo
