#include "sgilo/workflows/released_model.h"

#include <filesystem>

#include "sgilo/checkpoint/read_checkpoint.h"
#include "sgilo/files/sha256.h"
#include "sgilo/score/released_transformer.h"
#include "sgilo/workflows/network_file.h"

namespace sgilo {
namespace {

namespace fs = std::filesystem;

StateDict read_tensors(const std::string& file, torch::Device device) {
  const Checkpoint checkpoint = open_checkpoint(file);
  checkpoint.verify();
  StateDict tensors = checkpoint.state();
  for (auto& named : tensors)
    if (named.second.is_floating_point()) named.second = named.second.to(device, torch::kFloat32);
  return tensors;
}

// What `make` returns; errors of what it is made of name the file.
template <class Make>
auto naming(const std::string& file, Make make) {
  try {
    return make();
  } catch (const Error& error) {
    throw FormatError(concat(file, ": ", error.what()));
  }
}

template <class Make>
auto made_of(const std::string& file, torch::Device device, Make make) {
  const StateDict tensors = read_tensors(file, device);
  return naming(file, [&] { return make(tensors); });
}

VariablePrior score_of(const std::string& file, const Shape& shape, const Sde& sde,
                       torch::Device device) {
  return made_of(file, device, [&](const StateDict& tensors) {
    return VariablePrior{released_score(ReleasedTransformer(tensors, shape), sde), {}, {}};
  });
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
    model.generator = made_of(options.styles, device, [&](const StateDict& tensors) {
      return std::make_unique<ReleasedGenerator>(network, GaussianStyles::from_state(tensors));
    });
  else
    model.generator =
        naming(options.generator, [&] { return std::make_unique<ReleasedGenerator>(network); });
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
