#include "sgilo/workflows/invert.h"

#include <algorithm>
#include <chrono>
#include <iomanip>
#include <sstream>

#include "sgilo/checkpoint/safetensors.h"
#include "sgilo/core/error.h"
#include "sgilo/data/image_folder.h"
#include "sgilo/data/image_io.h"
#include "sgilo/files/atomic_file.h"
#include "sgilo/files/folder_lock.h"
#include "sgilo/files/make_folder.h"
#include "sgilo/models/model.h"
#include "sgilo/operators/identity.h"
#include "sgilo/portraits/portrait_batches.h"
#include "sgilo/runs/run_folder.h"

namespace sgilo {
namespace {

namespace fs = std::filesystem;

fs::path chunk_file(const fs::path& folder, std::int64_t chunk) {
  std::ostringstream name;
  name << "chunk_" << std::setw(6) << std::setfill('0') << chunk << ".safetensors";
  return folder / name.str();
}

// What the chunks depend on; more portraits may follow later.
Json recorded_options(const InvertOptions& options, const Model& model) {
  Json json = to_json(options);
  for (const char* free : {"portraits", "threads", "device", "kernel", "output"}) json.erase(free);
  json["generator"] = model.description["parts"]["generator"]["sha256"];
  return json;
}

void check_same_options(const fs::path& folder, const Json& options) {
  const fs::path path = folder / "config.json";
  if (!fs::exists(path)) {
    write_file_atomically(path, options.dump(2) + "\n");
    return;
  }
  if (read_json_file(path) != options)
    throw ConfigError(concat(
        folder.string(),
        ": holds latents made with other options or another generator; choose another folder"));
}

class ImageSource {
 public:
  ImageSource(const InvertOptions& options, int size) : options_(options), size_(size) {
    if (!options.images.empty())
      files_ = image_files({options.images.begin(), options.images.end()});
  }
  std::int64_t count() const {
    return files_.empty() ? options_.portraits : static_cast<std::int64_t>(files_.size());
  }
  Tensor images(std::int64_t first, std::int64_t count) const {
    if (files_.empty())
      return portrait_images(0, PortraitSplit::train,
                             static_cast<std::uint64_t>(options_.first + first), count, size_);
    std::vector<Tensor> out;
    for (std::int64_t i = first; i < first + count; ++i)
      out.push_back(read_square_image(files_[static_cast<std::size_t>(i)], size_).pixels);
    return torch::stack(out);
  }

 private:
  const InvertOptions& options_;
  int size_;
  std::vector<fs::path> files_;
};

Tensor residual_of(const Model& model, const LatentState& state, const Tensor& images) {
  const torch::NoGradGuard no_grad;
  return (model.generator->decode(state).to(torch::kFloat32) - images)
      .square()
      .mean({1, 2, 3})
      .sqrt();
}

// One batch through all stages of ILO; the latents after each.
StateDict inverted(const InvertOptions& options, const Model& model, const Tensor& images,
                   std::int64_t chunk) {
  const Identity whole({}, model.generator->image_shape());
  Problem problem;
  problem.generator = model.generator.get();
  problem.forward_operator = &whole;
  problem.measurements = images;
  problem.noise_std = 1;  // ILO minimises; the scale does not matter
  IloOptions ilo;
  ilo.chains = 1;
  ilo.steps = options.steps;
  ilo.learning_rates = options.learning_rates;
  ilo.radii = options.radii;
  const Ilo solver(ilo);
  const RandomStreams streams = RandomStreams(static_cast<std::uint64_t>(options.seed))
                                    .child("chunk", static_cast<std::uint64_t>(chunk));
  SolverState state = solver.start(problem, streams);
  StateDict out;
  std::vector<Tensor> residuals;
  for (std::size_t stage = 0; stage < options.steps.size(); ++stage) {
    for (int step = 0; step < options.steps[stage]; ++step) solver.step(state, problem, streams);
    residuals.push_back(residual_of(model, state.latent, images));
    if (stage == 0) {
      out["styles"] = state.latent.at("styles");
      continue;
    }
    const ChannelCoordinates& c = model.generator->coordinates().layers.at(static_cast<int>(stage));
    const Tensor scale = c.scale.view({1, -1, 1, 1}), v = state.latent.at("features");
    out[concat("features_", stage)] = (v * scale + c.mean.view({1, -1, 1, 1})).to(torch::kFloat16);
    out[concat("deviations_", stage)] =
        ((v - state.tensors.at("centre.features")) * scale).to(torch::kFloat16);
  }
  out["residual"] = torch::stack(residuals, 1);
  return out;
}

Model checked_model(const InvertOptions& options) {
  validate(options);
  Model model = load_model(options.model, options);
  if (static_cast<int>(options.steps.size()) > model.generator->layers() + 1)
    throw ConfigError(concat("steps must name at most ", model.generator->layers() + 1,
                             " stages for ", model.generator->describe(), ", but names ",
                             options.steps.size()));
  return model;
}

}  // namespace

InvertResult invert(const InvertOptions& options, Observer& observer) {
  const Model model = checked_model(options);
  const torch::Device device = device_of(options.device);
  const ImageSource source(options, static_cast<int>(model.generator->image_shape().back()));
  const fs::path folder = options.output;
  make_folder(folder);
  const FolderLock lock(folder);
  check_same_options(folder, recorded_options(options, model));
  InvertResult result;
  Tensor squares = torch::zeros({static_cast<std::int64_t>(options.steps.size())}, torch::kFloat64);
  const auto start = std::chrono::steady_clock::now();
  std::int64_t made = 0;
  for (std::int64_t chunk = 0; chunk * options.batch < source.count(); ++chunk) {
    const std::int64_t first = chunk * options.batch,
                       count = std::min(options.batch, source.count() - first);
    const fs::path path = chunk_file(folder, chunk);
    if (!fs::exists(path)) {
      if (observer.stop_requested()) return result;
      write_safetensors(path,
                        inverted(options, model, source.images(first, count).to(device), chunk));
      made += count;
    }
    const Tensor residual = read_safetensors(path).tensors.at("residual");
    squares += residual.to(torch::kFloat64).square().sum(0);
    result.images += residual.size(0);
    const Tensor mean = (squares / static_cast<double>(result.images)).sqrt();
    result.residual.assign(mean.data_ptr<double>(), mean.data_ptr<double>() + mean.numel());
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    StepReport report{"inversions",
                      first + count,
                      source.count(),
                      {{"images_per_second", static_cast<double>(made) / std::max(seconds, 1e-9)}}};
    for (std::size_t s = 0; s < result.residual.size(); ++s)
      report.values.emplace_back(concat("residual_", s), result.residual[s]);
    observer.on_step(report);
  }
  result.finished = true;
  return result;
}

std::string plan(const InvertOptions& options) {
  const Model model = checked_model(options);
  const ImageSource source(options, static_cast<int>(model.generator->image_shape().back()));
  const std::int64_t chunks = (source.count() + options.batch - 1) / options.batch;
  std::int64_t done = 0;
  for (std::int64_t chunk = 0; chunk < chunks; ++chunk)
    done += fs::exists(chunk_file(options.output, chunk));
  return concat(source.count(), " images in ", chunks, " chunks, ", done, " of them done, with ",
                model.generator->describe(), "\nwould write ", options.output, "\n");
}

Latents read_latents(const std::string& folder, int layer) {
  std::vector<Tensor> styles, features, deviations, residual;
  for (std::int64_t chunk = 0; fs::exists(chunk_file(folder, chunk)); ++chunk) {
    const fs::path path = chunk_file(folder, chunk);
    const StateDict tensors = read_safetensors(path).tensors;
    try {
      styles.push_back(require_tensor(tensors, "styles"));
      residual.push_back(require_tensor(tensors, "residual"));
      if (layer > 0) {
        features.push_back(require_tensor(tensors, concat("features_", layer)).to(torch::kFloat32));
        deviations.push_back(
            require_tensor(tensors, concat("deviations_", layer)).to(torch::kFloat32));
      }
    } catch (const FormatError& error) {
      throw FormatError(concat(path.string(), ": ", error.what()));
    }
  }
  if (styles.empty())
    throw FormatError(concat(
        folder, ": holds no latents of 'sgilo invert' (chunk_000000.safetensors is missing)"));
  Latents out{torch::cat(styles), {}, {}, torch::cat(residual)};
  if (layer > 0) {
    out.features = torch::cat(features);
    out.deviations = torch::cat(deviations);
  }
  return out;
}

}  // namespace sgilo
