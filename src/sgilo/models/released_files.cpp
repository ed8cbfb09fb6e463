#include "sgilo/models/released_files.h"

#include <filesystem>

#include "sgilo/checkpoint/hashed_file.h"
#include "sgilo/checkpoint/read_checkpoint.h"
#include "sgilo/files/sha256.h"
#include "sgilo/models/model.h"
#include "sgilo/models/network_file.h"
#include "sgilo/released/released_generator.h"
#include "sgilo/released/released_transformer.h"

namespace sgilo {
namespace {

namespace fs = std::filesystem;

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

Model load_released_files(const ReleasedModelOptions& options, const GeneratorRunOptions& run) {
  const torch::Device device = device_of(run.device);
  const Sde sde(options.sde);
  std::string hashes;
  std::vector<std::string> warnings;
  const auto open = [&](const std::string& file) {
    const HashedFile read = read_hashed(file);
    hashes += read.sha256;
    const Checkpoint checkpoint = open_checkpoint(read.bytes, file);
    for (const std::string& warning : checkpoint.warnings()) warnings.push_back(warning);
    return checkpoint;
  };
  Model model{.name = fs::path(options.generator).filename().string(),
              .place = options.generator,
              .priors = Priors(PriorCoordinates::released)};
  StyleGan2 network = generator_of(open(options.generator)).network;
  model.generator_hash = hashes;
  if (const std::int64_t channels = network->synthesis->options.channels; channels != 3)
    throw FormatError(concat(options.generator, ": the generator's images have ", channels,
                             " channel(s), but the solvers work on images of 3; generate runs it"));
  SynthesisNetwork synthesis = network->synthesis;
  synthesis->options.clamp = 0;  // as the released program, which loses it
  synthesis->convolution_type = scalar_type(run.precision);
  synthesis->kernel = run.kernel;
  network->to(device);
  if (options.styles.empty()) {
    model.generator = made_of(options.generator,
                              [&] { return std::make_shared<const ReleasedGenerator>(network); });
  } else {
    const StateDict fit = tensors_of(open(options.styles), device);
    model.generator = made_of(options.styles, [&] {
      return std::make_shared<const ReleasedGenerator>(network, GaussianStyles::from_state(fit));
    });
  }
  describe_network(*synthesis, model);  // throws where the kernel cannot run

  const SynthesisOptions& o = synthesis->options;
  if (static_cast<std::int64_t>(options.layer_scores.size()) >= o.blocks())
    throw ConfigError(concat("released.layer_scores must name at most ", o.blocks() - 1,
                             " files, one per layer of ", model.generator->describe(),
                             ", but names ", options.layer_scores.size()));
  const auto prior_of = [&](const std::string& file, const Shape& shape) {
    return Prior{released_score(released_score_of(open(file), shape, device), sde), sde};
  };
  if (!options.style_score.empty()) {
    const Prior prior = prior_of(options.style_score, {o.w_dim, o.style_rows(), 1});
    for (int round = 0; round < o.blocks(); ++round) model.priors.set(round, Role::code, prior);
  }
  for (std::size_t i = 0; i < options.layer_scores.size(); ++i) {
    const std::int64_t r = o.resolution(static_cast<std::int64_t>(i));
    model.priors.set(static_cast<int>(i) + 1, Role::layer,
                     prior_of(options.layer_scores[i], {o.widths[i], r, r}));
  }
  model.hash = sha256_of(hashes);
  model.warnings = std::move(warnings);
  return model;
}

}  // namespace sgilo
