// Inverts whole images with ILO (SGILO section 4, "Dataset and training"): the styles and the
// activations of each layer, from which the layers' priors are learnt. Chunks of one batch each,
// written atomically: <output>/chunk_000012.safetensors holds
//   styles           [M, R, w]      Gaussianised style rows after stage 0
//   features_<k>     [M, C, r, r]   of layer k, fp16, in the generator's own units
//   deviations_<k>   [M, C, r, r]   likewise, from what the layer's own start (G1) gave
//   residual         [M, stages]    root mean square of G(v) - x after each stage
// A chunk is sealed and belongs to its options, generator and images, so that only latents of the same
// run are gone on behind.
#pragma once

#include "sgilo/core/observer.h"
#include "sgilo/data/image_folder.h"
#include "sgilo/machine/common_options.h"
#include "sgilo/solvers/ilo.h"

namespace sgilo {

struct InvertOptions : GeneratorRunOptions {
  std::vector<std::string> images;
  bool strict = false;
  std::int64_t portraits = 4096;
  std::int64_t first = 0;
  std::string model = "models/portraits64";
  std::string output = "latents";
  std::int64_t batch = 32;
  int evaluations = 180;
  std::vector<int> shares = {60, 40, 40, 40};
  std::vector<double> learning_rates = {0.1, 0.05};
  std::vector<double> radii = {0.5};
  static constexpr auto fields() {
    using O = InvertOptions;
    return std::tuple_cat(
        std::tuple{
            field("images", &O::images,
                  "image files or folders (none: portraits of the training split)"),
            field("strict", &O::strict, kStrictHelp),
            field("portraits", &O::portraits, "how many training portraits",
                  positive<std::int64_t>),
            field("first", &O::first, "index of the first of them", non_negative<std::int64_t>),
            field("model", &O::model, "model folder"),
            field("output", &O::output, "folder of the latents"),
            field("batch", &O::batch, "images at once, and in a chunk", positive<std::int64_t>),
            field("evaluations", &O::evaluations, "Adam steps per image, all stages",
                  positive<int>),
            field("shares", &O::shares, "how the styles and layers 1, 2, ... share them",
                  all_positive<int>),
            field("learning_rates", &O::learning_rates, "Adam's rate of each stage",
                  all_positive<double>),
            field("radii", &O::radii,
                  "l1 radius of layers 1, 2, ... per number, in standard deviations",
                  all_positive<double>)},
        generator_fields());
  }
};

struct InvertResult {
  bool finished = false;  // false: the observer asked to stop; finished chunks stay
  std::int64_t images = 0;
  std::vector<double> residual;  // root mean square after each stage, over all chunks
};

// Goes on behind the chunks that the folder holds. Throws ConfigError when they were made with
// other options.
InvertResult invert(const InvertOptions& options, Observer& observer);

// What invert() would do, in lines; throws where options or model are wrong.
std::string plan(const InvertOptions& options);

// All chunks of a folder: styles, features and deviations of one layer (0: styles alone). Throws
// FormatError when there is none.
struct Latents {
  Tensor styles;                // [M, R, w]
  Tensor features, deviations;  // [M, C, r, r], own units
  Tensor residual;              // [M, stages]
};
Latents read_latents(const std::string& folder, int layer);

}  // namespace sgilo
