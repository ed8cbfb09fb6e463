#include "sgilo/workflows/compare.h"

#include <fstream>
#include <numeric>
#include <optional>

#include "sgilo/checkpoint/hashed_file.h"
#include "sgilo/checkpoint/torch_script.h"
#include "sgilo/core/idle_options.h"
#include "sgilo/core/shape.h"
#include "sgilo/data/file_kind.h"
#include "sgilo/data/image_folder.h"
#include "sgilo/data/image_io.h"
#include "sgilo/files/atomic_file.h"
#include "sgilo/files/file_problem.h"
#include "sgilo/files/folder.h"
#include "sgilo/files/last_name.h"
#include "sgilo/files/standard_stream.h"
#include "sgilo/metrics/bootstrap.h"
#include "sgilo/metrics/perceptual.h"
#include "sgilo/metrics/psnr.h"
#include "sgilo/metrics/ssim.h"
#include "sgilo/models/lpips_files.h"
#include "sgilo/models/model.h"
#include "sgilo/runs/finished_run.h"
#include "sgilo/runs/measurement.h"
#include "sgilo/runs/run_folder.h"

namespace sgilo {
namespace {

namespace fs = std::filesystem;

struct Run : FinishedRun {
  fs::path folder;
  std::string name;
  std::vector<Tensor> last;  // per image [chains, C, H, W], chains that did not fail

  Tensor mean(std::size_t image) const { return of("mean", image); }
  Tensor best(std::size_t image) const { return of("best", image); }

 private:
  Tensor of(const char* estimate, std::size_t image) const {  // [C, H, W]
    return draws.at(estimate)[static_cast<std::int64_t>(image)];
  }
};

// Of paths that are too long or closed to us, too, where the library throws.
bool is_there(const fs::path& path) {
  std::error_code none;
  return fs::exists(path, none);
}
bool is_folder(const fs::path& path) {
  std::error_code none;
  return fs::is_directory(path, none);
}

fs::path manifest_of(const fs::path& folder) { return folder / "manifest.json"; }

FormatError contradiction(const fs::path& folder) {
  return format_error(folder,
                      "is not the folder of a finished run: its files contradict each other");
}

void require_run_folder(const fs::path& folder) {
  if (is_folder(folder)) return;
  throw format_error(folder,
                     is_there(folder)
                         ? "must be the folder of a run, as 'sgilo solve' leaves it, but is a file"
                         : "there is no such run folder");
}

FormatError no_manifest(const fs::path& folder) {
  return format_error(folder, "is no run folder, manifest.json is missing");
}

struct RunPlace {
  fs::path folder;
  std::string name;
  bool one_of_many = false;  // of a folder of measurements that was solved
};

// A folder of runs, by its manifest or without one, as its runs; any other as itself.
std::vector<RunPlace> runs_of(const fs::path& folder) {
  require_run_folder(folder);
  std::vector<std::string> names;
  if (is_there(manifest_of(folder))) {
    const Json manifest = read_json_file(manifest_of(folder));
    if (!manifest.is_object() || manifest.value("format", Json()) != kRunsFormat)
      return {RunPlace{folder, last_name(folder)}};
    try {
      names = manifest.at("runs").get<std::vector<std::string>>();
    } catch (const nlohmann::json::exception&) {
      throw contradiction(folder);
    }
    if (names.empty()) throw contradiction(folder);
  } else {
    std::error_code problem;
    for (fs::directory_iterator item(folder, problem), end; !problem && item != end;
         item.increment(problem))
      if (is_there(manifest_of(item->path()))) names.push_back(item->path().filename().string());
    if (problem) throw format_error(folder, file_problem(problem.value()));
  }
  if (names.empty()) throw no_manifest(folder);
  std::sort(names.begin(), names.end());
  std::vector<RunPlace> runs;
  const Folder inside(folder);
  for (const std::string& name : names)  // a manifest may name what lies elsewhere
    runs.push_back({inside.folder(name).path(), concat(last_name(folder), "/", name), true});
  return runs;
}

Run read_run(const RunPlace& place) {
  require_run_folder(place.folder);
  if (!is_there(manifest_of(place.folder))) throw no_manifest(place.folder);
  Run run;
  static_cast<FinishedRun&>(run) = read_finished_run(place.folder);
  run.folder = place.folder;
  run.name = place.name;
  const Tensor& last = run.draws.at("last");
  for (std::size_t i = 0; i < run.images.size(); ++i) {
    std::vector<std::int64_t> healthy;
    for (std::size_t c = 0; c < run.healthy[i].size(); ++c)
      if (run.healthy[i][c]) healthy.push_back(static_cast<std::int64_t>(c));
    run.last.push_back(
        last[static_cast<std::int64_t>(i)].index_select(0, torch::tensor(healthy, torch::kInt64)));
  }
  return run;
}

// The square of the reference that the run shows, [C, H, W].
Tensor framed_reference(const fs::path& file, const Run& run, std::size_t image,
                        Observer& observer) {
  require_kind(file, "a reference is an image", {FileKind::image});
  const Image reference = read_image(file);
  for (const std::string& warning : reference.warnings) observer.on_warning(warning);
  const Shape shape = run.mean(image).sizes().vec();
  ImageFraming framing = run.framings[image];
  const std::int64_t height = reference.height, width = reference.width;
  const bool same_size = framing.height == height && framing.width == width;
  if (run.observed && !(same_size && framing.size == shape[2]))
    framing = center_square(height, width, shape[2]);  // the damaged file may have another size
  else if (!same_size)
    throw format_error(file,
                       concat("must be the image that was measured, of ", framing.width, " x ",
                              framing.height, " pixels, but has ", width, " x ", height));
  if (framing.size != shape[1] || framing.size != shape[2]) throw contradiction(run.folder);
  Tensor framed;
  try {
    framed = apply_framing(reference.pixels, framing);
  } catch (const ConfigError&) {
    throw contradiction(run.folder);
  }
  if (framed.size(0) != shape[0])
    throw format_error(file, concat("has ", framed.size(0), " channel(s), but the images of ",
                                    run.folder.string(), " have ", shape[0]));
  return framed;
}

// The measurement that a run solved; nothing where its file is not there any more, or another one.
std::optional<Measurement> measurement_of(const Run& run, Observer& observer) {
  const fs::path config = run.folder / "config.json";
  std::string file;
  try {
    const Json options = read_json_file(config);
    if (options.is_object() && options.contains("measurement"))
      value_from_json(options["measurement"], file, "measurement", "measurement");
    std::error_code none;
    if (fs::is_regular_file(file, none))  // no pipe, whatever a received run says
      if (const HashedFile y = read_hashed(file); y.sha256 == run.measurement_hash)
        return read_measurement(y.bytes, file);
  } catch (const Error&) {  // gone or changed: only the check is lost
  }
  observer.on_message(
      concat(run.folder.string(), ": its measurement", file.empty() ? "" : concat(" ", file),
             " is not there any more; whether the references fit it is not checked"));
  return std::nullopt;
}

// Root mean square of A(x) - y over the noise's, where it is more than the noise explains: beyond 5
// standard errors of the mean square; beyond 3 for data that were observed, which another instrument
// than A damaged.
std::optional<double> excess_residual(const Measurement& y, std::size_t image,
                                      const Tensor& reference) {
  constexpr double kRounding = 1e-5;  // of float32 in A(x), beside the noise
  const auto i = static_cast<std::int64_t>(image);
  if (!y.noise_model()->is_gaussian() || i >= y.count() ||
      reference.sizes().vec() != y.forward_operator->image_shape())
    return std::nullopt;
  const torch::NoGradGuard no_grad;
  const Tensor energy =
      y.noise_model()->energy(y.forward_operator->apply(reference.unsqueeze(0)),
                              y.values.narrow(0, i, 1), Widening{.model_error = kRounding});
  const auto scalars = static_cast<double>(y.scalars());
  const double square = 2 * energy.item<double>() / scalars;  // 1 with variance 2 / scalars
  const double most = y.observed ? 9 : 1 + 5 * std::sqrt(2 / scalars);
  return square > most ? std::optional(std::sqrt(square)) : std::nullopt;
}

// The references of a run's images: in the order given, which is that of the measurement. Those of
// all runs of a folder are given together, and each run takes its own by name.
std::vector<std::size_t> references_of(const Run& run, bool by_name,
                                       const std::vector<std::string>& names) {
  std::vector<std::size_t> order(names.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (by_name) {
    std::vector<std::size_t> named;
    for (const std::string& image : run.images) {
      const auto found = std::find(names.begin(), names.end(), image);
      if (found != names.end()) named.push_back(static_cast<std::size_t>(found - names.begin()));
    }
    if (named.size() == run.images.size()) return named;
  }
  if (order.size() != run.images.size())
    throw ConfigError(concat("reference must name ", run.images.size(),
                             " images in the order of the measurement for ", run.folder.string(),
                             ", but names ", names.size()));
  return order;
}

struct Scores {
  double psnr = NAN, ssim = NAN, mse = NAN, perceptual = NAN, lpips = NAN, cosine = NAN;
  static constexpr std::array names{"psnr", "ssim", "mse", "perceptual", "lpips", "feature_cosine"};
  std::array<double, names.size()> values() const {  // NaN: there is none
    return {psnr, ssim, mse, perceptual, lpips, cosine};
  }
};

// The networks of those metrics that have one, and which columns there are.
struct Judges {
  FeatureClassifier classifier{nullptr};
  std::optional<Lpips> lpips;
  std::optional<TorchScript> feature_script;
  std::int64_t feature_size = 0;

  std::vector<std::size_t> metrics() const {  // of Scores::names
    std::vector<std::size_t> out = {0, 1, 2};
    if (!classifier.is_empty()) out.push_back(3);
    if (lpips) out.push_back(4);
    if (feature_script) out.push_back(5);
    return out;
  }
  Table table(std::vector<std::string> columns) const {
    for (const std::size_t m : metrics()) columns.push_back(Scores::names[m]);
    return Table(std::move(columns));
  }
  // Images in [-1, 1] -> [N, F].
  Tensor script_features(const Tensor& images) const {
    const bool resized = feature_size > 0 && images.size(2) != feature_size;
    const Tensor input =
        resized ? torch::upsample_bilinear2d(images, {feature_size, feature_size}, false) : images;
    return feature_script->forward(input).flatten(1);
  }
};

struct Reference {
  Tensor image;                        // [C, H, W]
  std::vector<Tensor> lpips_features;  // empty without LPIPS, and for an image too small for it
  Tensor script_features;              // [1, F]; undefined without a script
};

Reference reference_of(const Tensor& image, const Judges& judges) {
  const torch::NoGradGuard no_grad;
  Reference out{image, {}, {}};
  if (judges.lpips && image.size(1) >= Lpips::kSmallestSide)
    out.lpips_features = judges.lpips->features(image.clamp(-1, 1).unsqueeze(0));
  if (judges.feature_script)
    out.script_features = judges.script_features(image.clamp(-1, 1).unsqueeze(0));
  return out;
}

// Means over the rows of `images` [N, C, H, W], each against the one reference; none without rows.
Scores scores_of(const Tensor& images, const Reference& reference, Judges& judges) {
  const torch::NoGradGuard no_grad;
  if (images.size(0) == 0) return {};
  const Tensor truth = reference.image.unsqueeze(0).expand_as(images).contiguous();
  const auto mean = [](const Tensor& x) { return x.mean().item<double>(); };
  Scores out;
  out.mse = mean(mean_squared_error(images, truth));
  out.psnr = mean(psnr(images, truth));
  out.ssim = images.size(2) < 11 ? NAN : mean(ssim(images, truth));
  if (!judges.classifier.is_empty())
    out.perceptual = mean(perceptual_distance(judges.classifier, images, truth));
  if (!reference.lpips_features.empty()) {
    out.lpips = 0;
    for (const Tensor& row : images.clamp(-1, 1).split(1))  // one by one: features are large
      out.lpips += judges.lpips->per_layer(judges.lpips->features(row), reference.lpips_features)
                       .sum()
                       .item<double>() /
                   static_cast<double>(images.size(0));
  }
  if (reference.script_features.defined())
    out.cosine = mean(torch::cosine_similarity(judges.script_features(images.clamp(-1, 1)),
                                               reference.script_features));
  return out;
}

constexpr std::array kEstimates{"mean", "draw", "best"};
using RunScores = std::array<std::vector<Scores>, 3>;  // by estimate, then image

std::string cell(double value) { return std::isnan(value) ? "" : number_text(value, 5); }

// The first cells of a row, then its scores.
template <class Score>
std::vector<std::string> row_of(std::vector<std::string> cells,
                                const std::vector<std::size_t>& metrics, const Score& score) {
  for (const std::size_t m : metrics) cells.push_back(cell(score(m)));
  return cells;
}

// Over the images that have a score; NaN where none has.
double average(const std::vector<Scores>& scores, std::size_t metric) {
  double sum = 0, count = 0;
  for (const Scores& one : scores)
    if (const double value = one.values()[metric]; !std::isnan(value)) sum += value, ++count;
  return sum / count;
}

void add_differences(Table& table, const std::string& name, const RunScores& run,
                     const std::string& first_name, const RunScores& first,
                     const RandomStreams& streams) {
  for (std::size_t e = 0; e < kEstimates.size(); ++e)
    for (std::size_t m = 0; m < Scores::names.size(); ++m) {
      std::vector<double> a, b;
      for (std::size_t i = 0; i < run[e].size(); ++i) {
        const double ours = run[e][i].values()[m], theirs = first[e][i].values()[m];
        if (std::isnan(ours) || std::isnan(theirs)) continue;
        a.push_back(ours);
        b.push_back(theirs);
      }
      if (a.size() < 2) continue;
      const Interval interval = bootstrap_difference(a, b, streams);
      table.add_row({name + " - " + first_name, kEstimates[e], Scores::names[m],
                     cell(interval.estimate), cell(interval.lower), cell(interval.upper)});
    }
}

Judges judges_of(const CompareOptions& options) {
  if (options.lpips.empty() != options.lpips_backbone.empty())
    throw ConfigError(options.lpips.empty()
                          ? "lpips must name the file of LPIPS's weights (vgg.pth) when "
                            "lpips_backbone is stated, but is empty"
                          : "lpips_backbone must name the file of torchvision's VGG16 "
                            "(vgg16-397923af.pth) when lpips is stated, but is empty");
  Judges judges;
  if (!options.model.empty()) {
    judges.classifier = load_model({options.model}, {}).features;
    if (judges.classifier.is_empty())
      throw ConfigError(concat("model ", options.model,
                               " has no classifier, which the perceptual distance takes"));
  }
  if (!options.lpips.empty())
    judges.lpips = load_lpips(options.lpips, options.lpips_backbone, device_of(options.device));
  if (!options.feature_script.empty())
    judges.feature_script.emplace(options.feature_script, options.trust);
  judges.feature_size = options.feature_size;
  return judges;
}

// The file of an earlier comparison gives way, what else lies there does not.
bool replaces(const fs::path& output) {
  std::error_code none;
  if (is_standard_stream(output.string())) return false;
  if (is_folder(output))
    throw ConfigError(concat("output must name a file, but ", output.string(), " is a folder"));
  if (!fs::is_regular_file(output, none)) return false;  // none yet, or a pipe or device
  const std::string_view title = "run,image,estimate,";
  std::string start(title.size(), '\0');
  std::ifstream(output).read(start.data(), static_cast<std::streamsize>(start.size()));
  if (start[0] != '\0' && start != title)
    throw ConfigError(concat(output.string(),
                             " holds something else than metrics of 'sgilo compare', and is not "
                             "replaced; name another file with --output"));
  return true;
}

struct Inputs {
  std::vector<RunPlace> places;
  std::vector<fs::path> references;
  fs::path output;
  bool output_exists = false;
};

Inputs inputs_of(const CompareOptions& options, Observer& observer) {
  validate(options);
  if (options.runs.empty()) throw ConfigError("runs must name at least one run folder, but is []");
  if (options.reference.empty())
    throw ConfigError("reference must name the true images, but is []");
  if (options.feature_script.empty())
    refuse_idle(options, {"feature_size", "trust"}, "without feature_script");
  Inputs inputs{
      {}, image_files({options.reference.begin(), options.reference.end()}, observer), {}};
  for (const std::string& folder : options.runs)
    for (const RunPlace& place : runs_of(folder)) inputs.places.push_back(place);
  if (inputs.places.size() == 1)
    refuse_idle(options, {"seed"}, "on one run, as it draws the intervals of differences");
  const char* beside = options.runs.size() == 1 ? "metrics.csv" : "comparison.csv";
  inputs.output =
      !options.output.empty() ? fs::path(options.output) : Folder(options.runs[0]) / beside;
  for (const fs::path& file : inputs.references)
    require_other_file(inputs.output.string(), {file.string(), options.lpips,
                                                options.lpips_backbone, options.feature_script});
  require_folder_of(inputs.output.string());
  inputs.output_exists = replaces(inputs.output);
  return inputs;
}

}  // namespace

std::string plan(const CompareOptions& options) {
  Observer silent;
  const Inputs inputs = inputs_of(options, silent);
  judges_of(options);
  std::string text;
  for (const RunPlace& place : inputs.places) text += concat("run ", place.folder.string(), "\n");
  return text + concat(inputs.references.size(), " reference image(s)\nwould ",
                       inputs.output_exists ? "replace " : "write ", inputs.output.string(), "\n");
}

Comparison compare(const CompareOptions& options, Observer& observer) {
  const Inputs inputs = inputs_of(options, observer);
  const std::vector<fs::path>& files = inputs.references;
  Judges judges = judges_of(options);
  Comparison out{judges.table({"run", "image", "estimate"}),
                 judges.table({"run", "estimate"}),
                 Table({"runs", "estimate", "metric", "difference", "lower", "upper"}),
                 {},
                 inputs.output};
  const std::vector<std::string> references = image_names(files);
  RunScores first;
  std::string first_name;
  std::vector<std::size_t> first_order;
  for (const RunPlace& place : inputs.places) {
    const Run run = read_run(place);
    const std::optional<Measurement> measurement = measurement_of(run, observer);
    out.checked = out.checked && measurement;
    const std::vector<std::size_t> order = references_of(run, place.one_of_many, references);
    RunScores scores;
    for (std::size_t i = 0; i < run.images.size(); ++i) {
      const fs::path& file = files[order[i]];
      // Observed data are another file than their reference, and may be named as they like.
      if (!run.observed && references[order[i]] != run.images[i])
        observer.on_warning(concat(file.string(), ": is compared with the measured image '",
                                   run.images[i], "' of ", run.folder.string(),
                                   ", though its name differs"));
      const Reference reference = reference_of(framed_reference(file, run, i, observer), judges);
      const std::optional<double> excess =
          measurement ? excess_residual(*measurement, i, reference.image) : std::nullopt;
      if (excess) {
        out.misfits.push_back({run.name, run.images[i], file.string(), *excess});
        observer.on_warning(concat(file.string(), ": is hardly the image that ",
                                   run.folder.string(), " restored: it misses the measurement by ",
                                   number_text(*excess, 3),
                                   " times the noise, where the true image misses it by 1"));
      }
      if (run.last[i].size(0) == 0)
        observer.on_warning(concat(run.folder.string(), ": every chain of image '", run.images[i],
                                   "' failed; it has no scores, and the means leave it out"));
      scores[0].push_back(scores_of(run.mean(i).unsqueeze(0), reference, judges));
      scores[1].push_back(scores_of(run.last[i], reference, judges));
      scores[2].push_back(scores_of(run.best(i).unsqueeze(0), reference, judges));
      for (std::size_t e = 0; e < kEstimates.size(); ++e) {
        const auto values = scores[e].back().values();
        out.metrics.add_row(row_of({run.name, run.images[i], kEstimates[e]}, judges.metrics(),
                                   [&](std::size_t m) { return values[m]; }));
      }
    }
    for (std::size_t e = 0; e < kEstimates.size(); ++e)
      out.summary.add_row(row_of({run.name, kEstimates[e]}, judges.metrics(),
                                 [&](std::size_t m) { return average(scores[e], m); }));
    if (first_order.empty()) {
      first = std::move(scores);
      first_name = run.name;
      first_order = order;
    } else if (order == first_order && order.size() >= 2) {  // the same references, so pairs
      add_differences(out.differences, run.name, scores, first_name, first,
                      RandomStreams(static_cast<std::uint64_t>(options.seed)).child("bootstrap"));
    }
  }
  if (inputs.output_exists)
    observer.on_message(concat(inputs.output.string(), ": replaces an earlier comparison"));
  write_file_atomically(inputs.output, out.metrics.csv());
  return out;
}

}  // namespace sgilo
