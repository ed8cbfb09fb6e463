#include "sgilo/models/released_model.h"

#include <filesystem>

#include "sgilo/checkpoint/read_checkpoint.h"
#include "sgilo/files/sha256.h"
#include "sgilo/models/network_file.h"
#include "sgilo/released/released_transformer.h"

namespace sgilo {
namespace {

namespace fs = std::filesystem;

VariablePrior score_of(const std::string& file, const Shape& shape, const Sde& sde,
                       torch::Device device) {
  return {released_score(load_released_score(file, shape, device), sde), {}, {}};
}

}  // namespace

std::vector<std::string> ReleasedModelOptions::files() const {
  std::vector<std::string> all;
  for (const std::string& file : {generator, styles, style_score})
    if (!file.empty()) all.push_back(file);
  all.insert(all.end(), layer_scores.begin(), layer_scores.end());
  return all;
}

ReleasedModelOptions ReleasedModelOptions::with_full_paths() const {
  const auto full = [](std::string& file) {
    if (!file.empty()) file = fs::absolute(file).lexically_normal().string();
  };
  ReleasedModelOptions out = *this;
  for (std::string* file : {&out.generator, &out.styles, &out.style_score}) full(*file);
  for (std::string& file : out.layer_scores) full(file);
  return out;
}

ReleasedModel load_released_model(const ReleasedModelOptions& options,
                                  const GeneratorRunOptions& run) {
  const torch::Device device = device_of(run.device);
  ReleasedModel model;
  model.name = fs::path(options.generator).filename().string();
  model.sde = Sde(options.sde);
  const bool fitted = !options.styles.empty();
  StyleGan2 network = load_generator_file(options.generator).network;
  network->synthesis->options.clamp = 0;  // as the released program, which loses it
  network->to(device);
  network->synthesis->convolution_type = scalar_type(run.precision);
  network->synthesis->kernel = run.kernel;
  if (fitted)
    model.generator = made_of(options.styles, [&] {
      return std::make_unique<ReleasedGenerator>(
          network, GaussianStyles::from_state(read_tensors(options.styles, device)));
    });
  else
    model.generator =
        made_of(options.generator, [&] { return std::make_unique<ReleasedGenerator>(network); });
  network->synthesis->kernel_in_use();  // throws where it cannot run

  const SynthesisOptions& o = network->synthesis->options;
  if (static_cast<std::int64_t>(options.layer_scores.size()) >= o.blocks())
    throw ConfigError(concat("released.layer_scores must name at most ", o.blocks() - 1,
                             " files, one per layer of ", model.generator->describe(),
                             ", but names ", options.layer_scores.size()));
  if (!options.style_score.empty()) {
    const VariablePrior prior =
        score_of(options.style_score, {o.w_dim, o.style_rows(), 1}, model.sde, device);
    for (int round = 0; round < o.blocks(); ++round) model.priors[round]["styles"] = prior;
  }
  for (std::size_t i = 0; i < options.layer_scores.size(); ++i) {
    const std::int64_t r = o.resolution(static_cast<std::int64_t>(i));
    model.priors[static_cast<int>(i) + 1]["features"] =
        score_of(options.layer_scores[i], {o.widths[i], r, r}, model.sde, device);
  }
  std::string hashes;
  for (const std::string& file : options.files()) hashes += sha256_of_file(file);
  model.hash = sha256_of(hashes);
  return model;
}

}  // namespace sgilo
