// Unconditional samples: of the generator, or of a layer's score network decoded through the rest
// of the generator (SGILO section 4, figure 4).
#pragma once

#include "sgilo/core/observer.h"
#include "sgilo/machine/common_options.h"
#include "sgilo/sampling/annealed_langevin.h"
#include "sgilo/sampling/probability_flow.h"
#include "sgilo/sampling/reverse_sde.h"

namespace sgilo {

enum class LayerSampler { annealed_langevin, predictor_corrector, probability_flow };
template <>
struct EnumWords<LayerSampler> {
  static constexpr std::array<std::string_view, 3> words{"annealed_langevin", "predictor_corrector",
                                                         "probability_flow"};
};
enum class SampleStyles { fixed, random };
template <>
struct EnumWords<SampleStyles> {
  static constexpr std::array<std::string_view, 2> words{"fixed", "random"};
};

struct SampleOptions : GeneratorRunOptions {
  std::string model = "models/portraits64";
  int layer = 0;
  std::int64_t count = 16;
  std::int64_t columns = 8;
  double truncation = 1;
  SampleStyles styles = SampleStyles::fixed;
  LayerSampler sampler = LayerSampler::predictor_corrector;
  AnnealedLangevinOptions annealed_langevin;
  PredictorCorrectorOptions predictor_corrector;
  ProbabilityFlowOptions probability_flow;
  std::string latents;
  std::int64_t frechet_images = 0;
  std::string output = "samples.png";
  static constexpr auto fields() {
    using O = SampleOptions;
    return std::tuple_cat(
        std::tuple{
            field("model", &O::model, "model folder"),
            field("layer", &O::layer, "0: random inputs of the generator; k: the score of layer k",
                  non_negative<int>),
            field("count", &O::count, "samples in the picture", positive<std::int64_t>),
            field("columns", &O::columns, "samples in a row of it", positive<std::int64_t>),
            field("truncation", &O::truncation,
                  "psi of random inputs: 1 is the whole law, 0 the mean", non_negative<double>),
            field("styles", &O::styles,
                  "with layer k: one draw of styles and noises for all samples, or one each"),
            field("sampler", &O::sampler,
                  "with layer k: annealed_langevin, predictor_corrector or probability_flow"),
            field("annealed_langevin", &O::annealed_langevin, "options of this sampler"),
            field("predictor_corrector", &O::predictor_corrector, "options of this sampler"),
            field("probability_flow", &O::probability_flow, "options of this sampler"),
            field("latents", &O::latents,
                  "safetensors file that takes the samples' variables (empty: none)"),
            field("frechet_images", &O::frechet_images,
                  "samples for a Frechet distance to portraits (0: none)",
                  non_negative<std::int64_t>),
            field("output", &O::output, "PNG file of the contact sheet")},
        generator_fields());
  }
};

struct SampleResult {
  bool finished = false;  // false: the observer asked to stop, nothing written
  Tensor images;          // [count, 3, H, W]
  double frechet = -1, floor = -1, ruler = -1;  // -1 where not asked for
};

// Throws ConfigError, also for a layer without a score; FormatError.
SampleResult sample(const SampleOptions& options, Observer& observer);

// What sample() would do, in lines; throws where options or model are wrong.
std::string plan(const SampleOptions& options);

}  // namespace sgilo
