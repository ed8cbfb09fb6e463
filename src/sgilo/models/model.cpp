#include "sgilo/models/model.h"

#include <filesystem>

#include "sgilo/machine/stopwatch.h"
#include "sgilo/models/model_folder.h"

namespace sgilo {

Model load_model(const ModelSource& source, const GeneratorRunOptions& run) {
  if (!source.released.named() && !source.released.files().empty())
    throw ConfigError(concat("released.generator must be named beside the other released files, ",
                             "such as ", source.released.files().front()));
  Model model = source.released.named() ? load_released_files(source.released, run)
                                        : load_model_folder(source.model, run);
  give_freed_memory_back();  // the bytes of the files
  model.loaded_mib = resident_mib();
  return model;
}

const StyleGan2Generator& stylegan2_of(const Model& model) {
  const auto* generator = dynamic_cast<const StyleGan2Generator*>(model.generator.get());
  if (generator == nullptr)
    throw ConfigError(concat("model ", model.name, " must be the folder of a StyleGAN2, but is ",
                             model.generator->describe()));
  return *generator;
}

void describe_network(const SynthesisNetworkImpl& synthesis, Model& model) {
  constexpr double kMib = 1 << 20;
  model.kernel = word_of(synthesis.kernel_in_use());
  model.weights_mib = static_cast<double>(synthesis.weight_bytes()) / kMib;
  model.row_mib = static_cast<double>(synthesis.row_bytes()) / kMib;
}

ModelSource with_full_paths(const ModelSource& source, const Model& model) {
  ModelSource out = source;
  if (!source.released.named())
    out.model = std::filesystem::absolute(model.place).lexically_normal().string();
  out.released = source.released.with_full_paths();
  return out;
}

Shape layer_shape(const Model& model, int layer) {
  return model.generator->draw(layer, {RandomStreams(0)}).at(Role::layer).sizes().slice(1).vec();
}

}  // namespace sgilo
