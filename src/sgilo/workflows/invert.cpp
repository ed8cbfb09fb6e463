#include "sgilo/workflows/invert.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iomanip>
#include <optional>
#include <sstream>

#include "sgilo/checkpoint/safetensors.h"
#include "sgilo/checkpoint/sealed_file.h"
#include "sgilo/core/error.h"
#include "sgilo/core/idle_options.h"
#include "sgilo/core/real_numbers.h"
#include "sgilo/core/shape.h"
#include "sgilo/data/file_kind.h"
#include "sgilo/files/atomic_file.h"
#include "sgilo/files/file_problem.h"
#include "sgilo/files/folder.h"
#include "sgilo/files/folder_lock.h"
#include "sgilo/files/sha256.h"
#include "sgilo/machine/stopwatch.h"
#include "sgilo/models/model.h"
#include "sgilo/operators/identity.h"
#include "sgilo/operators/make_noise.h"
#include "sgilo/portraits/portrait_batches.h"
#include "sgilo/report/table.h"
#include "sgilo/runs/old_config.h"
#include "sgilo/runs/run_folder.h"
#include "sgilo/solvers/restore.h"

namespace sgilo {
namespace {

namespace fs = std::filesystem;

fs::path chunk_file(const fs::path& folder, std::int64_t chunk) {
  std::ostringstream name;
  name << "chunk_" << std::setw(6) << std::setfill('0') << chunk << ".safetensors";
  return folder / name.str();
}

std::vector<int> evaluations_of(const InvertOptions& options) {
  return stage_evaluations(options.evaluations, options.shares, "");
}

constexpr const char* kFormat = "sgilo latents 1";

// What the chunks depend on; more portraits may follow later.
Json recorded_options(const InvertOptions& options, const Model& model) {
  Json json = to_json(options);
  for (const char* free : {"strict", "portraits", "threads", "device", "kernel", "output"})
    json.erase(free);
  json["generator"] = model.generator_hash;
  return json;
}

void check_same_options(const fs::path& folder, const Json& options) {
  const fs::path path = folder / "config.json";
  if (!fs::exists(path)) {
    write_file_atomically(path, options.dump(2) + "\n");
    return;
  }
  const Json before = upgraded_config(read_json_file(path));
  bool same = before.is_object() && before.size() == options.size();
  for (const auto& [name, value] : options.items())  // in whichever order
    same = same && before.value(name, Json()) == value;
  if (!same)
    throw ConfigError(concat(
        folder.string(),
        ": holds latents made with other options or another generator; choose another folder"));
}

// The chunk that a folder holds, whole and of these options and images.
Tensor residual_of(const fs::path& path, const std::string& of, std::int64_t count,
                   std::size_t stages) {
  const SafetensorsFile chunk =
      read_sealed(path, kFormat, of, "remove it, and the same command makes it again");
  try {
    const Tensor& residual = require_tensor(chunk.tensors, "residual");
    require_shape("tensor 'residual'", residual, {count, static_cast<std::int64_t>(stages)});
    require_finite("tensor 'residual'", residual);
    return residual.to(torch::kFloat64);
  } catch (const Error& error) {
    throw format_error(path, error.what());
  }
}

class InvertedImages {
 public:
  InvertedImages(const InvertOptions& options, int size, Observer& observer)
      : options_(options), size_(size), observer_(observer) {
    if (!options.images.empty())
      files_ = sound_image_files({options.images.begin(), options.images.end()}, observer,
                                 options.strict);
    for (const fs::path& file : files_)
      require_kind(file, "invert takes images", {FileKind::image});
  }
  std::int64_t count() const {
    return files_.empty() ? options_.portraits : static_cast<std::int64_t>(files_.size());
  }
  // Which images: the names of files, and none of portraits, which the options say.
  std::string names(std::int64_t first, std::int64_t count) const {
    std::string all;
    for (std::int64_t i = first; i < first + count && !files_.empty(); ++i)
      all += files_[static_cast<std::size_t>(i)].filename().string() + '/';
    return all;
  }
  Tensor images(std::int64_t first, std::int64_t count) const {
    if (files_.empty())
      return portrait_images(0, PortraitSplit::train,
                             static_cast<std::uint64_t>(options_.first + first), count, size_);
    std::vector<Tensor> out;
    for (std::int64_t i = first; i < first + count; ++i) {
      const SquareImage square = read_square_image(files_[static_cast<std::size_t>(i)], size_);
      for (const std::string& warning : square.warnings) observer_.on_warning(warning);
      out.push_back(square.pixels);
    }
    return torch::stack(out);
  }

 private:
  const InvertOptions& options_;
  int size_;
  Observer& observer_;
  std::vector<fs::path> files_;
};

// The latents where each stage of ILO ends, in the generator's own units.
class StageEnds : public StateStore {
 public:
  StageEnds(const StyleGan2Generator& generator, const Tensor& images, const Schedule& schedule)
      : generator_(generator), images_(images), schedule_(schedule) {}

  void on_step(const SolverState& state) override {
    const Moment last = schedule_.at(state.step - 1);
    if (last.round + 1 == last.stage.rounds) keep(state, last.stage.layer);
  }
  StateDict latents() {
    latents_["residual"] = torch::stack(residuals_, 1);
    return latents_;
  }

 private:
  void keep(const SolverState& state, int layer) {
    const torch::NoGradGuard no_grad;
    residuals_.push_back((generator_.decode(state.latent).to(torch::kFloat32) - images_)
                             .square()
                             .mean({1, 2, 3})
                             .sqrt());
    if (layer == 0) {
      latents_["styles"] = state.latent.at(Role::code);
      return;
    }
    const ChannelCoordinates& c = generator_.coordinates().layers.at(layer);
    const Tensor scale = c.scale.view({1, -1, 1, 1}), v = state.latent.at(Role::layer);
    latents_[concat("features_", layer)] =
        (v * scale + c.mean.view({1, -1, 1, 1})).to(torch::kFloat16);
    latents_[concat("deviations_", layer)] =
        ((v - state.centre.at(Role::layer)) * scale).to(torch::kFloat16);
  }

  const StyleGan2Generator& generator_;
  Tensor images_;
  Schedule schedule_;
  StateDict latents_;
  std::vector<Tensor> residuals_;
};

// Warnings, and the wish to stop; steps are reported by the chunk.
class WithinChunk : public Observer {
 public:
  explicit WithinChunk(Observer& whole) : whole_(whole) {}
  void on_warning(std::string_view text) override { whole_.on_warning(text); }
  bool stop_requested() override { return whole_.stop_requested(); }

 private:
  Observer& whole_;
};

// The problem of inverting whole images.
struct Inversion {
  Identity whole;
  Problem problem;
  Inversion(const Model& model, const Tensor& images)
      : whole({}, model.generator->image_shape()),
        problem{.generator = model.generator.get(),
                .forward_operator = &whole,
                .measurements = images,
                // ILO minimises; the scale does not matter.
                .likelihood = Likelihood(make_noise(GaussianNoiseOptions{.sigma = 1}))} {}
  Inversion(const Inversion&) = delete;
  Inversion& operator=(const Inversion&) = delete;
};

Ilo solver_of(const InvertOptions& options) {
  IloOptions ilo;
  ilo.chains = 1;
  ilo.evaluations = options.evaluations;
  ilo.shares = options.shares;
  ilo.learning_rates = options.learning_rates;
  const std::size_t stages = options.shares.size();  // our defaults may name more
  ilo.learning_rates.resize(std::min(ilo.learning_rates.size(), stages));
  if (stages > 1) {  // the styles alone have no radius
    ilo.radii = options.radii;
    ilo.radii.resize(std::min(ilo.radii.size(), stages - 1));
  }
  return Ilo(ilo);
}

RandomStreams streams_of(const InvertOptions& options, std::int64_t chunk) {
  return RandomStreams(static_cast<std::uint64_t>(options.seed))
      .child("chunk", static_cast<std::uint64_t>(chunk));
}

// One batch through all stages of ILO; the latents after each. Nothing when the observer stops it.
std::optional<StateDict> inverted(const InvertOptions& options, const Model& model,
                                  const Tensor& images, std::int64_t chunk, Observer& observer) {
  const Inversion inversion(model, images);
  StageEnds ends(stylegan2_of(model), images, Schedule(stages_of_steps(evaluations_of(options))));
  WithinChunk within(observer);
  const Reconstruction result =
      restore(inversion.problem, solver_of(options), row_keys(images.size(0), 1),
              streams_of(options, chunk), within, ends);
  if (!result.finished) return std::nullopt;
  return ends.latents();
}

void refuse_idle_options(const InvertOptions& o) {
  const InvertOptions defaults;
  if (o.images.empty())
    refuse_idle(o, {"strict"}, "without images");
  else
    refuse_idle(o, {"portraits", "first"}, "beside images");
  refuse_idle_values("learning_rates", o.learning_rates, defaults.learning_rates, o.shares.size());
  refuse_idle_values("radii", o.radii, defaults.radii, o.shares.size() - 1);
}

Model checked_model(const InvertOptions& options) {
  validate(options);
  refuse_idle_options(options);
  evaluations_of(options);
  Model model = load_model({options.model}, options);
  if (static_cast<int>(options.shares.size()) > model.generator->layers() + 1)
    throw ConfigError(concat("shares must name at most ", model.generator->layers() + 1,
                             " stages for ", model.generator->describe(), ", but names ",
                             options.shares.size()));
  return model;
}

// Seconds that an image takes, whatever it shows: of two steps, the first of which pays for
// allocations.
double seconds_per_image(const InvertOptions& options, const Model& model) {
  Shape one = model.generator->image_shape();
  one.insert(one.begin(), 1);
  const Inversion inversion(model, torch::zeros(one).to(device_of(options.device)));
  const Ilo solver = solver_of(options);
  const RandomStreams streams = streams_of(options, 0);
  SolverState state = solver.start(inversion.problem, row_keys(1, 1), streams);
  const auto step = [&] {
    return seconds_of([&] { solver.step(state, inversion.problem, streams); });
  };
  const double first = step();
  return options.evaluations * (solver.finished(state) ? first : std::min(first, step()));
}

std::string duration_text(double seconds) {
  if (seconds < 100) return concat(number_text(seconds, 2), " s");
  if (seconds < 6000) return concat(std::lround(seconds / 60), " min");
  return concat(number_text(seconds / 3600, 2), " h");
}

// "4096 training portraits in 128 chunks, 3 of them done, about 2.1 h with stylegan2 (...)"
std::string intention(const InvertOptions& options, const Model& model,
                      const InvertedImages& source) {
  const std::int64_t chunks = (source.count() + options.batch - 1) / options.batch;
  std::int64_t done = 0;
  for (std::int64_t chunk = 0; chunk < chunks; ++chunk)
    done += fs::exists(chunk_file(options.output, chunk));
  const auto left = static_cast<double>(
      std::max<std::int64_t>(0, source.count() - std::min(source.count(), done * options.batch)));
  return concat(source.count(), options.images.empty() ? " training portraits" : " images", " in ",
                chunks, " chunks, ", done, " of them done, ",
                left > 0 ? concat("about ", duration_text(left * seconds_per_image(options, model)))
                         : "nothing left",
                " with ", model.generator->describe());
}

}  // namespace

InvertResult invert(const InvertOptions& options, Observer& observer) {
  const Model model = checked_model(options);
  const torch::Device device = device_of(options.device);
  const InvertedImages source(options, static_cast<int>(model.generator->image_shape().back()),
                              observer);
  const fs::path folder = options.output;
  const Folder own = Folder::made(folder);
  const FolderLock lock(own);
  own.require_plain_files();  // it may come from elsewhere
  const Json recorded = recorded_options(options, model);
  check_same_options(folder, recorded);
  observer.on_message(
      concat(intention(options, model, source), ", into ", options.output,
             options.images.empty()
                 ? "; --portraits NUMBER takes fewer, and the names of images or folders take these"
                 : "",
             "; an interrupted run goes on"));
  const std::size_t stages = options.shares.size();
  InvertResult result;
  Tensor squares = torch::zeros({static_cast<std::int64_t>(stages)}, torch::kFloat64);
  const auto start = std::chrono::steady_clock::now();
  std::int64_t made = 0;
  for (std::int64_t chunk = 0; chunk * options.batch < source.count(); ++chunk) {
    const std::int64_t first = chunk * options.batch,
                       count = std::min(options.batch, source.count() - first);
    const fs::path path = chunk_file(folder, chunk);
    const std::string of =
        sha256_of(concat(recorded.dump(), ' ', chunk, ' ', source.names(first, count)));
    if (!fs::exists(path)) {
      if (observer.stop_requested()) return result;
      const auto latents =
          inverted(options, model, source.images(first, count).to(device), chunk, observer);
      if (!latents) return result;
      write_sealed(path, *latents, {{"format", kFormat}}, of);
      made += count;
    }
    squares += residual_of(path, of, count, stages).square().sum(0);
    result.images += count;
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
  Observer silent;
  const InvertedImages source(options, static_cast<int>(model.generator->image_shape().back()),
                              silent);
  return concat(intention(options, model, source), "\nwould write ", options.output, "\n");
}

namespace {

// Of whichever run; those of earlier versions have no seal.
StateDict read_chunk(const fs::path& path) {
  const SafetensorsFile chunk = read_safetensors(path);
  if (!chunk.metadata.contains("format")) return chunk.tensors;
  const auto of = chunk.metadata.find("of");
  return read_sealed(path, kFormat, of == chunk.metadata.end() ? "" : of->second,
                     "make these latents again")
      .tensors;
}

}  // namespace

Latents read_latents(const std::string& folder, int layer) {
  const auto require_alike = [](const Tensor& a, const Tensor& b) {
    if (a.dim() < 2 || b.dim() < 2 || a[0].sizes() != b[0].sizes() || !b.is_floating_point())
      throw FormatError("its tensors are not those of the chunks before");
  };
  if (std::error_code none; fs::is_directory(folder, none)) Folder(folder).require_plain_files();
  std::vector<Tensor> styles, features, deviations, residual;
  for (std::int64_t chunk = 0; fs::exists(chunk_file(folder, chunk)); ++chunk) {
    const fs::path path = chunk_file(folder, chunk);
    const StateDict tensors = read_chunk(path);
    try {
      const auto numbers = [&](const std::string& name) {
        return as_float32(require_tensor(tensors, name), concat("tensor '", name, "'"));
      };
      styles.push_back(numbers("styles"));
      residual.push_back(numbers("residual"));
      if (layer > 0) {
        features.push_back(numbers(concat("features_", layer)));
        deviations.push_back(numbers(concat("deviations_", layer)));
      }
      require_alike(styles.front(), styles.back());
      require_alike(residual.front(), residual.back());
      if (layer > 0) require_alike(features.front(), features.back());
      if (layer > 0) require_alike(features.back(), deviations.back());
    } catch (const Error& error) {
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
