// A model in the files of the released programs, as they are published: the checkpoint of a
// generator, the Gaussian fit of its styles, and the score networks of SGILO. Nothing is converted.
#pragma once

#include <string>
#include <vector>

#include "sgilo/machine/common_options.h"
#include "sgilo/sampling/sde.h"

namespace sgilo {

struct ReleasedModelOptions {
  std::string generator;
  std::string styles;
  std::string style_score;
  std::vector<std::string> layer_scores;
  SdeOptions sde;
  static constexpr auto fields() {
    using O = ReleasedModelOptions;
    return std::tuple{
        field("generator", &O::generator,
              "checkpoint of the generator; where it is named, it takes the place of the model"),
        field("styles", &O::styles,
              "Gaussian fit of the styles (empty: the generator's own mapping network)"),
        field("style_score", &O::style_score, "score network of the styles"),
        field("layer_scores", &O::layer_scores, "score networks of layers 1, 2, ..."),
        field("sde", &O::sde, "diffusion of the score networks")};
  }

  bool named() const { return !generator.empty(); }
  std::vector<std::string> files() const;        // all that are named
  ReleasedModelOptions with_full_paths() const;  // which repeat a run from any working folder
};

struct Model;

// The scores are of normalised variables (PriorCoordinates::released). Throws FormatError, naming the
// file, for one that is missing, damaged or does not fit the generator; ConfigError for too many scores.
Model load_released_files(const ReleasedModelOptions& options, const GeneratorRunOptions& run);

}  // namespace sgilo
