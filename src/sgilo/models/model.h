// What images are restored with: a generator, what is known beforehand of its variables, and how far it
// is from the images of its kind. One value, whatever it was made from: a model folder
// (model_folder.h) or the files of the released programs (released_files.h).
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "sgilo/generator/stylegan2_generator.h"
#include "sgilo/machine/common_options.h"
#include "sgilo/metrics/feature_classifier.h"
#include "sgilo/models/model_error.h"
#include "sgilo/models/released_files.h"
#include "sgilo/solvers/problem.h"

namespace sgilo {

struct Model {
  std::string name{};            // of the folder, or of the generator's file
  std::string place{};           // the folder or file, as it was found
  std::string hash{};            // SHA-256 over the hashes of all parts
  std::string generator_hash{};  // SHA-256 of the generator, to which latents and scores belong
  std::shared_ptr<const Generator> generator{};
  Priors priors = Priors();
  ModelError error{};
  std::vector<std::string> warnings{};  // of the files that it was read from
  FeatureClassifier features{nullptr};  // of images, for distances; may be empty

  // The generator cut at images of `side` pixels, for early steps; empty where it cannot be cut.
  std::function<std::shared_ptr<const Generator>(std::int64_t side)> cut{};

  std::string kernel{};  // which of the generator's kernels run
  // Memory in MiB: what the kernels' own copies of the weights and one row of an evaluation will take
  // (0: unknown), and what the process held when the model was loaded.
  double weights_mib = 0, row_mib = 0, loaded_mib = 0;
};

// Where a model comes from, as options: a folder, or the released files where they are named. A job
// derives its options from this and appends source_fields() to its table.
struct ModelSource {
  std::string model = "models/portraits64";
  ReleasedModelOptions released = {};
  static constexpr auto source_fields() {
    using S = ModelSource;
    return std::tuple{
        field("model", &S::model, "model folder"),
        field("released", &S::released,
              "files of the released programs in the place of a model folder, for the solvers "
              "released_sgilo, csgm and ilo")};
  }
};

// On the device, in the precision and with the kernels that the run's options name; a relative folder
// is looked for in the working folder, then in those that hold the program. Each file is read once and
// hashed from the bytes that were read. Throws FormatError, naming file and tensor, for a part that is
// missing, damaged, of another model, or not what its hash says; ConfigError for a device, kernel or choice
// of files that cannot be.
Model load_model(const ModelSource& source, const GeneratorRunOptions& run);

// The generator as a StyleGAN2 of a model folder, for jobs that need its own coordinates. Throws
// ConfigError.
const StyleGan2Generator& stylegan2_of(const Model& model);

// Enters what the network says of itself: its kernel and memory. Throws ConfigError where the kernel
// that was chosen cannot run.
void describe_network(const SynthesisNetworkImpl& synthesis, Model& model);

// The source by full paths, which repeat a run from any working folder.
ModelSource with_full_paths(const ModelSource& source, const Model& model);

// The shape of a stage's layer, [C, H, W].
Shape layer_shape(const Model& model, int layer);

}  // namespace sgilo
