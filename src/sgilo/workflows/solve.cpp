#include "sgilo/workflows/solve.h"

#include <algorithm>
#include <optional>

#include "sgilo/core/shape.h"
#include "sgilo/files/file_problem.h"
#include "sgilo/files/make_folder.h"
#include "sgilo/files/sha256.h"
#include "sgilo/generator/coarse_generator.h"
#include "sgilo/machine/build_info.h"
#include "sgilo/machine/stopwatch.h"
#include "sgilo/report/table.h"
#include "sgilo/runs/profile.h"
#include "sgilo/runs/run_report.h"

namespace sgilo {
namespace {

namespace fs = std::filesystem;

// Passes everything on, and saves the state every few minutes.
class SavingObserver : public Observer {
 public:
  SavingObserver(Observer& next, std::function<void()> save, double minutes)
      : next_(next), save_(std::move(save)), seconds_(60 * minutes) {}

  void on_step(const StepReport& report) override {
    next_.on_step(report);
    if (since_.seconds() < seconds_) return;
    save_();
    since_ = {};
  }
  void on_warning(std::string_view text) override { next_.on_warning(text); }
  void on_message(std::string_view text) override { next_.on_message(text); }
  bool stop_requested() override { return next_.stop_requested(); }

 private:
  Observer& next_;
  std::function<void()> save_;
  double seconds_;
  Stopwatch since_;
};

// What a run needs of a model, our own or a released one; refers to it.
struct ModelInUse {
  std::string name, hash, folder;  // folder: of our own
  const Generator* generator = nullptr;
  const SynthesisNetworkImpl* synthesis = nullptr;
  Sde sde;
  std::map<int, std::map<std::string, VariablePrior>> priors;
  std::function<double(const ForwardOperator&)> model_error;  // what it says of its own
  std::vector<std::string> scored_layers;
  bool released = false;
  std::function<std::shared_ptr<const Generator>(std::int64_t side)> cut{};
  double loaded_mib = resident_mib();  // of the process, before any evaluation
};

ModelInUse in_use(const Model& model) {
  ModelInUse out{model.name,
                 model.hash(),
                 model.folder.string(),
                 model.generator.get(),
                 model.generator->network()->synthesis.get(),
                 model.sde(),
                 model.priors(),
                 [&model](const ForwardOperator& forward_operator) {
                   return model_error_of(model, forward_operator);
                 },
                 {}};
  for (const auto& scored : model.scores) out.scored_layers.push_back(concat(scored.first));
  out.cut = [whole = model.generator.get()](std::int64_t side) {
    return std::make_shared<CoarseGenerator>(*whole, side);
  };
  return out;
}

ModelInUse in_use(const ReleasedModel& model) {
  return {model.name,
          model.hash,
          "",
          model.generator.get(),
          model.generator->network()->synthesis.get(),
          model.sde,
          model.priors,
          [](const ForwardOperator&) { return 0.0; },
          {},
          true};
}

// The model that the options name, for as long as a run lasts.
class LoadedModel {
 public:
  explicit LoadedModel(const SolveOptions& options) {
    if (options.released.named()) {
      released_ = load_released_model(options.released, options);
      model = in_use(*released_);
    } else {
      own_ = load_model(options.model, options);
      model = in_use(*own_);
    }
  }
  LoadedModel(const LoadedModel&) = delete;

  ModelInUse model;

 private:
  std::optional<Model> own_;
  std::optional<ReleasedModel> released_;
};

Json manifest_of(const Measurement& measurement, const std::string& measurement_hash,
                 const ModelInUse& model, const SolveOptions& options, const Solver& solver,
                 double model_error, std::int64_t rows_at_once) {
  const Shape image = model.generator->image_shape();
  Json images = Json::array();
  for (const MeasuredImage& one : measurement.images)
    images.push_back({{"name", one.name}, {"framing", to_json(one.framing)}});
  return {{"format", kRunFormat},
          {"status", "running"},
          {"version", project_version()},
          {"commit", project_commit()},
          {"libtorch", TORCH_VERSION},
          {"threads", at::get_num_threads()},
          {"device", options.device},
          {"precision", word_of(options.precision)},
          {"kernel", word_of(model.synthesis->kernel_in_use())},
          {"solver", solver.describe()},
          {"model", model.name},
          {"generator", model.generator->describe()},
          {"model_hash", model.hash},
          {"measurement_hash", measurement_hash},
          {"operator", measurement.forward_operator->describe()},
          {"noise", NoiseModel(measurement.noise).describe()},
          {"noise_estimated", measurement.noise_estimated},
          {"observed", measurement.observed},
          {"model_error", model_error},
          {"rows_at_once", rows_at_once},
          {"images", images},
          {"scalars_measured", measurement.scalars()},
          {"image_values", image[0] * image[1] * image[2]},
          {"idle_memory_mib", peak_mib()}};
}

// Numbers in the layer's variable, p; in the styles before any layer.
std::int64_t dimension_of(const LatentState& latent) {
  return latent.at(latent.has("features") ? "features" : "styles").numel() / latent.rows();
}

Tensor joined(const std::vector<Reconstruction>& parts, Tensor Reconstruction::*member) {
  std::vector<Tensor> all;
  for (const Reconstruction& part : parts) all.push_back((part.*member).cpu());
  return torch::cat(all);
}

Reconstruction joined(const std::vector<Reconstruction>& parts) {
  Reconstruction out;
  for (const auto member :
       {&Reconstruction::draws, &Reconstruction::mean, &Reconstruction::standard_deviation,
        &Reconstruction::last, &Reconstruction::best, &Reconstruction::measurement_loss})
    out.*member = joined(parts, member);
  for (const Reconstruction& part : parts) {
    for (const auto& [name, value] : part.counters) out.counters[name] += value;
    out.failures.insert(out.failures.end(), part.failures.begin(), part.failures.end());
  }
  return out;
}

void add_results(Json& manifest, const Reconstruction& result, const LatentState& latent,
                 double seconds) {
  const std::int64_t p = dimension_of(latent), n = manifest["image_values"].get<std::int64_t>();
  manifest["layer"] = latent.layer;
  manifest["p"] = p;
  manifest["p_over_n"] = static_cast<double>(p) / static_cast<double>(n);
  for (const char* name : {"evaluations", "score_evaluations", "decodes"})
    if (result.counters.contains(name)) manifest[name] = result.counters.at(name);
  manifest["seconds"] = seconds;
  manifest["peak_memory_mib"] = peak_mib();
  Json losses = Json::array(), failures = Json::array();
  for (std::int64_t i = 0; i < result.measurement_loss.size(0); ++i) {
    Json row = Json::array();
    for (std::int64_t c = 0; c < result.measurement_loss.size(1); ++c) {
      row.push_back(result.measurement_loss[i][c].item<double>());
      const auto& why = result.failures[static_cast<std::size_t>(i * result.last.size(1) + c)];
      if (!why.empty())
        failures.push_back(
            {{"image", manifest["images"][i]["name"]}, {"chain", c + 1}, {"reason", why}});
    }
    losses.push_back(row);
  }
  manifest["measurement_loss"] = losses;
  manifest["failures"] = failures;
}

void require_same_inputs(const RunFolder& folder, const Json& manifest) {
  for (const char* key : {"model_hash", "measurement_hash"})
    if (folder.earlier_manifest().value(key, Json()) != manifest[key])
      throw ConfigError(concat(folder.path().string(), ": the ",
                               std::string_view(key).substr(0, std::string_view(key).find('_')),
                               " is not the one that this run began with"));
}

// Images begin .. begin + count - 1 of the problem.
Problem part_of(const Problem& problem, std::int64_t begin, std::int64_t count) {
  Problem part = problem;
  part.measurements = problem.measurements.narrow(0, begin, count);
  part.image_keys.clear();
  for (std::int64_t i = begin; i < begin + count; ++i)
    part.image_keys.push_back(static_cast<std::uint64_t>(i));
  return part;
}

// A layer without a score would be sampled under N(0, I), which is no prior of it; and the scores
// of released networks are of other coordinates than ours.
void require_scores(const SolverOptions& solver, const ModelInUse& model) {
  const auto* sgilo = std::get_if<SgiloOptions>(&solver);
  if (!model.released && std::holds_alternative<ReleasedSgiloOptions>(solver))
    throw ConfigError(
        concat("solver released_sgilo takes the files of the released program "
               "(--released.generator, ...), but the model is the folder ",
               model.folder));
  if (model.released && sgilo)
    throw ConfigError(
        "solver sgilo takes a model folder, but released.generator is named; with released files: "
        "--solver released_sgilo, csgm or ilo");
  if (!sgilo || !sgilo->use_layer_score) return;
  for (const int layer : sgilo->layers)
    if (std::find(model.scored_layers.begin(), model.scored_layers.end(), concat(layer)) ==
        model.scored_layers.end())
      throw ConfigError(
          concat("solver.layers must name layers whose score model ", model.name, " has (",
                 model.scored_layers.empty() ? "none" : join(model.scored_layers), "), but names ",
                 layer, "; without one: --solver.use-layer-score=false"));
}

RandomStreams streams_of(const SolveOptions& options) {
  return RandomStreams(static_cast<std::uint64_t>(options.seed)).child("solve");
}

double resolved_model_error(const Measurement& measurement, const ModelInUse& model,
                            const SolveOptions& options) {
  return options.model_error < 0 ? model.model_error(*measurement.forward_operator)
                                 : options.model_error;
}

// Options that a resumed run may change.
const std::vector<std::string> kFreeOptions{"measurement",  "model",      "output", "threads",
                                            "save_minutes", "max_memory", "profile"};

// The options as config.json keeps them: they repeat the run from any working folder.
Json repeatable(SolveOptions options, const ModelInUse& model) {
  if (!options.measurement.empty())
    options.measurement = fs::absolute(options.measurement).lexically_normal().string();
  if (!options.model.empty() && !model.folder.empty())
    options.model = fs::absolute(model.folder).lexically_normal().string();
  options.released = options.released.with_full_paths();
  return to_json(options);
}

// The measurement's file, or those of a folder of them.
std::vector<fs::path> measurement_files(const SolveOptions& options) {
  if (options.measurement.empty())
    throw ConfigError("measurement must name a file of 'sgilo measure', but is empty");
  if (!fs::is_directory(options.measurement)) return {options.measurement};
  std::vector<fs::path> files;
  for (const auto& item : fs::directory_iterator(options.measurement))
    if (item.path().extension() == ".safetensors") files.push_back(item.path());
  std::sort(files.begin(), files.end());
  if (files.empty()) throw format_error(options.measurement, "holds no measurement (.safetensors)");
  for (const fs::path& file : files)  // each gives a folder of its name among the run's own files
    for (const std::string name : {"state", "samples", "images", "replaced"})
      if (file.stem() == name)
        throw ConfigError(concat(file.string(), ": no measurement of a folder may be named state, ",
                                 "samples, images or replaced; rename it"));
  return files;
}

std::int64_t images_at_once(const SolveOptions& options, std::int64_t images) {
  return options.images_at_once == 0 ? images : std::min(images, options.images_at_once);
}

Problem problem_of(const Measurement& measurement, const ModelInUse& model, double model_error,
                   torch::Device device) {
  const Shape& measured = measurement.forward_operator->image_shape();
  const Shape made = model.generator->image_shape();
  if (measured != made)
    throw ConfigError(concat("the measurement is of images ", shape_text(measured), ", but model ",
                             model.name, " makes ", shape_text(made), "; measure with --size ",
                             made.back()));
  Problem problem;
  problem.generator = model.generator;
  problem.forward_operator = measurement.forward_operator.get();
  problem.measurements = measurement.values.to(device);
  problem.noise_std = measurement.noise_std();
  problem.model_error_std = model_error;
  problem.sde = model.sde;
  problem.priors = model.priors;
  return problem;
}

// Rows for whose evaluation --max-memory leaves room; less than 1 where it does not for one.
double affordable_rows(const ModelInUse& model, const SolveOptions& options, std::int64_t images) {
  constexpr double kMib = 1 << 20;
  // A row's noise inputs, their gradients, moments and draws: about 100 bytes per pixel (measured).
  const Shape image = model.generator->image_shape();
  const auto chains = std::visit([](const auto& o) { return o.chains; }, options.solver);
  const double states = 100.0 / kMib * static_cast<double>(images * chains * image[1] * image[2]),
               weights = static_cast<double>(model.synthesis->weight_bytes()) / kMib,
               row = 1.3 * static_cast<double>(model.synthesis->row_bytes()) / kMib;
  constexpr double kRest = 64;  // what the libraries and the score networks take (measured)
  return (options.max_memory - model.loaded_mib - states - weights - kRest) / row;
}

Problem problem_of(const Measurement& measurement, const ModelInUse& model,
                   const SolveOptions& options) {
  Problem problem =
      problem_of(measurement, model, resolved_model_error(measurement, model, options),
                 device_of(options.device));
  if (const auto* sgilo = std::get_if<SgiloOptions>(&options.solver);
      sgilo && sgilo->coarse_steps > 0 && model.cut)
    problem.coarse = model.cut(sgilo->coarse_side > 0 ? sgilo->coarse_side
                                                      : model.generator->image_shape()[1] / 2);
  if (options.max_memory > 0)
    problem.rows_at_once = std::max<std::int64_t>(
        1, static_cast<std::int64_t>(
               affordable_rows(model, options, images_at_once(options, measurement.count()))));
  return problem;
}

// Throws, with the file's name, where solving what it holds would.
void require_solvable(const fs::path& file, const Measurement& measurement, const ModelInUse& model,
                      const SolveOptions& options) {
  require_scores(options.solver, model);
  try {
    const Problem problem = problem_of(measurement, model, options);
    make_solver(options.solver)->start(part_of(problem, 0, 1), streams_of(options));
  } catch (const ConfigError& error) {
    throw ConfigError(concat(file.string(), ": ", error.what()));
  }
}

// From the first steps of the solver.
double estimated_seconds(const Measurement& measurement, const ModelInUse& model,
                         const SolveOptions& options, const Solver& solver) {
  const Problem problem = problem_of(measurement, model, options);
  const std::int64_t images = measurement.count(), group = images_at_once(options, images);
  const Problem part = part_of(problem, 0, group);
  const RandomStreams streams = streams_of(options);
  SolverState state = solver.start(part, streams);
  solver.step(state, part, streams);  // the first step pays for allocations
  const Stopwatch watch;
  std::int64_t steps = 0;
  while (steps < 3 && !solver.finished(state)) {
    solver.step(state, part, streams);
    ++steps;
  }
  const double groups = std::ceil(static_cast<double>(images) / static_cast<double>(group));
  return watch.seconds() / static_cast<double>(std::max<std::int64_t>(steps, 1)) *
         static_cast<double>(solver.total_steps) * groups;
}

SolveResult solve_with(const ModelInUse& model, const Measurement& measurement,
                       const std::string& measurement_hash, const SolveOptions& options,
                       RunMode mode, Observer& observer) {
  const Json config = repeatable(options, model);
  const torch::Device device = device_of(options.device);
  const Problem problem = problem_of(measurement, model, options);
  require_scores(options.solver, model);
  if (options.max_memory > 0 && std::holds_alternative<ReleasedSgiloOptions>(options.solver))
    throw ConfigError("max_memory is not known to solver released_sgilo");
  if (problem.rows_at_once == 1 && affordable_rows(model, options, 1) < 1)
    observer.on_warning(concat("max_memory = ", options.max_memory,
                               " MiB leaves no room for an evaluation of one row; it is done all "
                               "the same"));
  const auto solver = make_solver(options.solver);
  Json manifest = manifest_of(measurement, measurement_hash, model, options, *solver,
                              problem.model_error_std, problem.rows_at_once);

  const RandomStreams streams = streams_of(options);
  const std::int64_t images = measurement.count(), group = images_at_once(options, images);
  // What the solver refuses, it refuses before anything is written.
  SolverState first = solver->start(part_of(problem, 0, group), streams);
  RunFolder folder(options.output, mode, config, kFreeOptions);
  if (mode == RunMode::resume) {
    require_same_inputs(folder, manifest);
    if (folder.finished()) {
      observer.on_message(concat(options.output, " is finished, nothing is left to do"));
      return {folder.earlier_manifest(), true};
    }
  }
  folder.write_manifest(manifest);
  const fs::path states = folder.path() / "state";
  make_folder(states);

  std::vector<Reconstruction> results;
  std::vector<LatentState> latents;
  std::vector<Tensor> draw_losses;
  double seconds = 0;
  std::optional<Profile> profile;
  if (options.profile) profile.emplace();
  for (std::int64_t begin = 0; begin < images; begin += group) {
    const Problem part = part_of(problem, begin, std::min(group, images - begin));
    const fs::path file = states / concat("images_", begin, ".safetensors");
    std::optional<SavedState> found = load_solver_state(file, device);
    SavedState saved = found        ? std::move(*found)
                       : begin == 0 ? SavedState{std::move(first), 0}
                                    : SavedState{solver->start(part, streams), 0};
    const double before = saved.seconds;
    const Stopwatch watch;
    const auto save = [&] {
      saved.seconds = before + watch.seconds();
      save_solver_state(file, saved);
    };
    SavingObserver saving(observer, save, options.save_minutes);
    try {
      if (profile)
        run(*profile->watched(*solver), saved.state, profile->watched(part), streams, saving);
      else
        run(*solver, saved.state, part, streams, saving);
    } catch (const NumericError&) {
      manifest["status"] = "failed";
      folder.write_manifest(manifest);
      throw;
    }
    save();
    seconds += saved.seconds;
    if (!solver->finished(saved.state)) {
      manifest["status"] = "interrupted";
      manifest["seconds"] = seconds;
      folder.write_manifest(manifest);
      return {manifest, false};
    }
    results.push_back(reconstruction(saved.state, part));
    latents.push_back(saved.state.latent.detached());
    const auto losses = saved.state.tensors.find("draw_losses");
    draw_losses.push_back(
        losses == saved.state.tensors.end()
            ? results.back().measurement_loss.unsqueeze(-1).cpu()
            : losses->second.reshape({saved.state.images, saved.state.chains, -1}).cpu());
  }

  const Reconstruction result = joined(results);
  const LatentState latent = LatentState::concatenated(latents);
  add_results(manifest, result, latent, seconds);
  if (profile) manifest["profile"] = profile->seconds();
  manifest["status"] = "finished";
  write_run_results(folder.path(), measurement, result, latent, torch::cat(draw_losses), config,
                    manifest);
  folder.finish(manifest);
  return {manifest, true};
}

}  // namespace

double model_error_of(const Model& model, const ForwardOperator& forward_operator) {
  const Json stated =
      model.description.is_object() ? model.description.value("model_error", Json()) : Json();
  const Json options = forward_operator.options();
  const std::string kind = options.value("kind", "");
  Json value = stated;
  if (stated.is_object())
    value = stated.contains(kind) ? stated[kind] : stated.value("default", Json());
  if (value.is_null()) return 0;
  if (!value.is_number() || !(value.get<double>() >= 0))
    throw format_error(model.folder / "model.json",
                       concat("model_error must be a number of at least 0 for '", kind,
                              "', but is ", value.dump()));
  return value.get<double>();
}

Problem make_problem(const Measurement& measurement, const Model& model, double model_error,
                     torch::Device device) {
  return problem_of(measurement, in_use(model), model_error, device);
}

SolveResult solve_measurement(const Measurement& measurement, const std::string& measurement_hash,
                              const Model& model, const SolveOptions& options, RunMode mode,
                              Observer& observer) {
  return solve_with(in_use(model), measurement, measurement_hash, options, mode, observer);
}

SolveResult solve_measurement(const Measurement& measurement, const std::string& measurement_hash,
                              const ReleasedModel& model, const SolveOptions& options, RunMode mode,
                              Observer& observer) {
  return solve_with(in_use(model), measurement, measurement_hash, options, mode, observer);
}

SolveResult solve(const SolveOptions& options, RunMode mode, Observer& observer) {
  validate(options);
  const std::vector<fs::path> files = measurement_files(options);
  const LoadedModel loaded(options);
  const ModelInUse& model = loaded.model;
  if (!fs::is_directory(options.measurement))
    return solve_with(model, read_measurement(files[0]), sha256_of_file(files[0]), options, mode,
                      observer);
  for (const fs::path& file : files) require_solvable(file, read_measurement(file), model, options);
  const RunFolder whole(options.output, mode, repeatable(options, model), kFreeOptions);
  Json runs = Json::array(), names = Json::array();
  for (const fs::path& file : files) {
    SolveOptions one = options;
    one.measurement = file.string();
    one.output = (fs::path(options.output) / file.stem()).string();
    // What an interrupted run of the folder has not come to may still hold an earlier run.
    const bool begun = RunFolder::holds(one.output, repeatable(one, model), kFreeOptions);
    const SolveResult result =
        solve_with(model, read_measurement(file), sha256_of_file(file), one,
                   mode == RunMode::resume && !begun ? RunMode::force : mode, observer);
    runs.push_back(result.manifest);
    runs.back()["run"] = one.output;
    names.push_back(file.stem().string());
    if (!result.finished) return {{{"status", "interrupted"}, {"runs", runs}}, false};
  }
  whole.finish({{"format", kRunsFormat}, {"status", "finished"}, {"runs", names}});
  return {{{"status", "finished"}, {"runs", runs}}, true};
}

SolveEstimate estimate_solve(const SolveOptions& options) {
  validate(options);
  const LoadedModel loaded(options);
  const ModelInUse& model = loaded.model;
  SolveEstimate out;
  for (const fs::path& file : measurement_files(options)) {
    const Measurement measurement = read_measurement(file);
    require_solvable(file, measurement, model, options);
    const double model_error = resolved_model_error(measurement, model, options);
    const auto solver = make_solver(options.solver);
    const double seconds = estimated_seconds(measurement, model, options, *solver);
    out.seconds += seconds;
    out.text +=
        concat(file.string(), ": ", measurement.count(), " image(s) with ", solver->describe(),
               "\n  operator ", measurement.forward_operator->describe(), ", noise ",
               NoiseModel(measurement.noise).describe(), ", model error ", model_error, ", about ",
               number_text(seconds, 2), " s\n");
  }
  out.memory_mib = peak_mib();
  out.text += concat("model ", model.name, ": ", model.generator->describe(), "\nabout ",
                     number_text(out.seconds, 2), " s and ", number_text(out.memory_mib, 3),
                     " MiB\nwould write ", options.output, "\n");
  return out;
}

}  // namespace sgilo
