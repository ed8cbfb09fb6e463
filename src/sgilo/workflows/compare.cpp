#include "sgilo/workflows/compare.h"

#include <numeric>
#include <optional>

#include "sgilo/checkpoint/safetensors.h"
#include "sgilo/checkpoint/torch_script.h"
#include "sgilo/core/real_numbers.h"
#include "sgilo/data/image_folder.h"
#include "sgilo/data/image_io.h"
#include "sgilo/files/atomic_file.h"
#include "sgilo/files/file_problem.h"
#include "sgilo/metrics/bootstrap.h"
#include "sgilo/metrics/perceptual.h"
#include "sgilo/metrics/psnr.h"
#include "sgilo/metrics/ssim.h"
#include "sgilo/models/lpips_files.h"
#include "sgilo/models/model.h"
#include "sgilo/runs/measurement.h"
#include "sgilo/runs/run_folder.h"

namespace sgilo {
namespace {

namespace fs = std::filesystem;

struct Run {
  fs::path folder;
  std::string name;
  std::vector<std::string> images;
  std::vector<ImageFraming> framings;
  bool observed = false;
  Tensor mean, best;         // [images, C, H, W]
  std::vector<Tensor> last;  // per image [chains, C, H, W], chains that did not fail
};

fs::path manifest_of(const fs::path& folder) { return folder / "manifest.json"; }

FormatError contradiction(const fs::path& folder) {
  return format_error(folder,
                      "is not the folder of a finished run: its files contradict each other");
}

FormatError no_manifest(const fs::path& folder) {
  return format_error(folder, "is no run folder, manifest.json is missing");
}

struct RunPlace {
  fs::path folder;
  std::string name;
  bool one_of_many = false;  // of a folder of measurements that was solved
};

std::string name_of(const fs::path& folder) {
  return fs::weakly_canonical(folder).filename().string();
}

// A folder of runs, by its manifest or without one, as its runs; any other as itself.
std::vector<RunPlace> runs_of(const fs::path& folder) {
  if (!fs::is_directory(folder)) throw format_error(folder, "there is no such run folder");
  std::vector<std::string> names;
  if (fs::exists(manifest_of(folder))) {
    const Json manifest = read_json_file(manifest_of(folder));
    if (!manifest.is_object() || manifest.value("format", Json()) != kRunsFormat)
      return {RunPlace{folder, name_of(folder)}};
    try {
      names = manifest.at("runs").get<std::vector<std::string>>();
    } catch (const nlohmann::json::exception&) {
      throw contradiction(folder);
    }
    if (names.empty()) throw contradiction(folder);
  } else {
    for (const auto& item : fs::directory_iterator(folder))
      if (fs::exists(manifest_of(item.path()))) names.push_back(item.path().filename().string());
  }
  if (names.empty()) throw no_manifest(folder);
  std::sort(names.begin(), names.end());
  std::vector<RunPlace> runs;
  for (const std::string& name : names)
    runs.push_back({folder / name, concat(name_of(folder), "/", name), true});
  return runs;
}

Run read_run(const RunPlace& place) {
  const fs::path& folder = place.folder;
  if (!fs::is_directory(folder)) throw format_error(folder, "there is no such run folder");
  if (!fs::exists(manifest_of(folder))) throw no_manifest(folder);
  const Json manifest = read_json_file(manifest_of(folder));
  if (!manifest.is_object() || manifest.value("status", "") != "finished")
    throw format_error(folder, "is not the folder of a finished run");
  const StateDict tensors = read_safetensors(folder / "draws.safetensors").tensors;
  Run run;
  run.folder = folder;
  run.name = place.name;
  try {
    run.observed = manifest.at("observed").get<bool>();
    for (const Json& image : manifest.at("images")) {
      run.images.push_back(image.at("name").get<std::string>());
      run.framings.emplace_back();
      from_json(image.at("framing"), run.framings.back(), "framing.");
    }
    run.mean = as_float32(tensors.at("mean"), "mean");
    run.best = as_float32(tensors.at("best"), "best");
    const Tensor last = as_float32(tensors.at("last"), "last");
    for (std::int64_t i = 0; i < last.size(0); ++i) {
      std::vector<std::int64_t> healthy;
      for (std::int64_t c = 0; c < last.size(1); ++c) {
        bool failed = false;
        for (const Json& failure : manifest.at("failures"))
          failed = failed || (failure.at("image") == run.images.at(static_cast<std::size_t>(i)) &&
                              failure.at("chain") == c + 1);
        if (!failed) healthy.push_back(c);
      }
      run.last.push_back(last[i].index_select(0, torch::tensor(healthy, torch::kInt64)));
    }
    if (run.images.size() != run.last.size()) throw FormatError("");
  } catch (const std::exception&) {
    throw contradiction(folder);
  }
  return run;
}

// The square of the reference that the run shows, [C, H, W].
Tensor framed_reference(const fs::path& file, const Run& run, std::size_t image,
                        Observer& observer) {
  const Image reference = read_image(file);
  for (const std::string& warning : reference.warnings) observer.on_warning(warning);
  const std::int64_t size = run.mean.size(3);
  ImageFraming framing = run.framings[image];
  const std::int64_t height = reference.pixels.size(1), width = reference.pixels.size(2);
  const bool same_size = framing.height == height && framing.width == width;
  if (run.observed && !(same_size && framing.size == size))
    framing = center_square(height, width, size);  // the damaged file may have another size
  else if (!same_size)
    throw format_error(file,
                       concat("must be the image that was measured, of ", framing.width, " x ",
                              framing.height, " pixels, but has ", width, " x ", height));
  if (framing.size != size) throw contradiction(run.folder);
  try {
    return apply_framing(reference.pixels, framing);
  } catch (const ConfigError&) {
    throw contradiction(run.folder);
  }
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
    std::vector<std::size_t> out = {0, 1, 2, 3};
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
  if (!options.model.empty()) judges.classifier = load_model({options.model}, {}).features;
  if (!options.lpips.empty())
    judges.lpips = load_lpips(options.lpips, options.lpips_backbone, device_of(options.device));
  if (!options.feature_script.empty())
    judges.feature_script.emplace(options.feature_script, options.trust);
  judges.feature_size = options.feature_size;
  return judges;
}

struct Inputs {
  std::vector<RunPlace> places;
  std::vector<fs::path> references;
};

Inputs inputs_of(const CompareOptions& options, Observer& observer) {
  validate(options);
  if (options.runs.empty()) throw ConfigError("runs must name at least one run folder, but is []");
  if (options.reference.empty())
    throw ConfigError("reference must name the true images, but is []");
  Inputs inputs{{}, image_files({options.reference.begin(), options.reference.end()}, observer)};
  for (const fs::path& file : inputs.references)
    require_other_file(options.output, {file.string(), options.lpips, options.lpips_backbone,
                                        options.feature_script});
  for (const std::string& folder : options.runs)
    for (const RunPlace& place : runs_of(folder)) inputs.places.push_back(place);
  return inputs;
}

}  // namespace

std::string plan(const CompareOptions& options) {
  Observer silent;
  const Inputs inputs = inputs_of(options, silent);
  judges_of(options);
  std::string text;
  for (const RunPlace& place : inputs.places) text += concat("run ", place.folder.string(), "\n");
  return text + concat(inputs.references.size(), " reference image(s)\nwould write ",
                       options.output, "\n");
}

Comparison compare(const CompareOptions& options, Observer& observer) {
  const auto [places, files] = inputs_of(options, observer);
  Judges judges = judges_of(options);
  Comparison out{judges.table({"run", "image", "estimate"}), judges.table({"run", "estimate"}),
                 Table({"runs", "estimate", "metric", "difference", "lower", "upper"})};
  const std::vector<std::string> references = image_names(files);
  RunScores first;
  std::string first_name;
  std::vector<std::size_t> first_order;
  for (const RunPlace& place : places) {
    const Run run = read_run(place);
    const std::vector<std::size_t> order = references_of(run, place.one_of_many, references);
    RunScores scores;
    for (std::size_t i = 0; i < run.images.size(); ++i) {
      const auto row = static_cast<std::int64_t>(i);
      const fs::path& file = files[order[i]];
      // Observed data are another file than their reference, and may be named as they like.
      if (!run.observed && references[order[i]] != run.images[i])
        observer.on_warning(concat(file.string(), ": is compared with the measured image '",
                                   run.images[i], "' of ", run.folder.string(),
                                   ", though its name differs"));
      const Reference reference = reference_of(framed_reference(file, run, i, observer), judges);
      if (run.last[i].size(0) == 0)
        observer.on_warning(concat(run.folder.string(), ": every chain of image '", run.images[i],
                                   "' failed; it has no scores, and the means leave it out"));
      scores[0].push_back(scores_of(run.mean[row].unsqueeze(0), reference, judges));
      scores[1].push_back(scores_of(run.last[i], reference, judges));
      scores[2].push_back(scores_of(run.best[row].unsqueeze(0), reference, judges));
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
  write_file_atomically(options.output, out.metrics.csv());
  return out;
}

}  // namespace sgilo
