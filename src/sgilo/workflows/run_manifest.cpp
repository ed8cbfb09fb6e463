#include "sgilo/workflows/run_manifest.h"

#include "sgilo/files/file_problem.h"
#include "sgilo/files/sha256.h"
#include "sgilo/machine/build_info.h"
#include "sgilo/machine/stopwatch.h"

namespace sgilo {

Json manifest_of(const Measurement& measurement, const std::string& measurement_hash,
                 const Model& model, const SolveOptions& options, const Problem& problem,
                 const Solver& solver) {
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
          {"kernel", model.kernel},
          {"solver", solver.describe()},
          {"model", model.name},
          {"generator", model.generator->describe()},
          {"model_hash", model.hash},
          {"measurement_hash", measurement_hash},
          {"operator", measurement.forward_operator->describe()},
          {"noise", measurement.noise_model()->describe()},
          {"noise_estimated", measurement.noise_estimated},
          {"observed", measurement.observed},
          {"model_error", problem.likelihood.model_error()},
          {"rows_at_once", problem.rows_at_once},
          {"images", images},
          {"scalars_measured", measurement.scalars()},
          {"image_values", image[0] * image[1] * image[2]},
          {"idle_memory_mib", peak_mib()}};
}

void enter_results(Json& manifest, const Reconstruction& result, double seconds) {
  // Numbers in the layer's variable, p; in the code before any layer.
  const LatentState& latent = result.latent;
  const std::int64_t p =
      latent.at(latent.has(Role::layer) ? Role::layer : Role::code).numel() / latent.rows();
  manifest["layer"] = latent.layer;
  manifest["p"] = p;
  manifest["p_over_n"] =
      static_cast<double>(p) / static_cast<double>(manifest["image_values"].get<std::int64_t>());
  manifest["evaluations"] = static_cast<double>(result.counts.evaluations);
  manifest["score_evaluations"] = static_cast<double>(result.counts.score_evaluations);
  manifest["decodes"] = static_cast<double>(result.counts.decodes);
  manifest["seconds"] = seconds;
  manifest["peak_memory_mib"] = peak_mib();
  const Tensor last = result.last_losses();
  Json losses = Json::array(), failures = Json::array();
  for (std::int64_t i = 0; i < last.size(0); ++i) {
    Json row = Json::array();
    for (std::int64_t c = 0; c < last.size(1); ++c) {
      row.push_back(last[i][c].item<double>());
      const auto& why = result.failures[static_cast<std::size_t>(i * last.size(1) + c)];
      if (!why.empty())
        failures.push_back(
            {{"image", manifest["images"][i]["name"]}, {"chain", c + 1}, {"reason", why}});
    }
    losses.push_back(row);
  }
  manifest["measurement_loss"] = losses;
  manifest["failures"] = failures;
}

void require_results(const std::filesystem::path& file, const Json& manifest) {
  const auto require = [&](bool holds, std::string_view key, std::string_view what) {
    if (!holds) throw format_error(file, concat("entry '", key, "' must be ", what));
  };
  const auto entry = [](const Json& json, const char* key) {
    return json.is_object() ? json.value(key, Json()) : Json();
  };
  for (const char* key :
       {"evaluations", "seconds", "scalars_measured", "p_over_n", "peak_memory_mib"})
    require(entry(manifest, key).is_number(), key, "a number");
  require(entry(manifest, "solver").is_string(), "solver", "a text");
  require(entry(manifest, "images").is_array(), "images", "a list");
  const Json failures = entry(manifest, "failures"), profile = entry(manifest, "profile");
  require(failures.is_array(), "failures", "a list");
  for (const Json& failure : failures)
    require(entry(failure, "image").is_string() && entry(failure, "chain").is_number_integer() &&
                entry(failure, "reason").is_string(),
            "failures", "a list of images, chains and reasons");
  require(profile.is_null() || profile.is_object(), "profile", "an object of seconds");
  for (const Json& seconds : profile)
    require(seconds.is_number(), "profile", "an object of seconds");
}

std::string run_identity(const Json& config, const std::vector<std::string>& free,
                         const Json& manifest) {
  Json own = config;
  for (const std::string& key : free) own.erase(key);
  std::string all = own.dump();
  for (const char* key : {"measurement_hash", "model_hash", "rows_at_once"})
    all += concat('\n', manifest.at(key).dump());
  return sha256_of(all);
}

namespace {

std::string groups_text(const Json& rows_at_once) {
  return rows_at_once == 0 ? "all at once" : concat("in groups of ", rows_at_once.dump());
}

}  // namespace

void require_same_run(const RunFolder& folder, const Json& manifest, const SolveOptions& options) {
  if (folder.earlier_manifest().value("status", Json()) == "begun") return;  // nothing is done yet
  for (const char* key : {"model_hash", "measurement_hash"})
    if (folder.earlier_manifest().value(key, Json()) != manifest[key])
      throw ConfigError(concat(folder.path().string(), ": the ",
                               std::string_view(key).substr(0, std::string_view(key).find('_')),
                               " is not the one that this run began with"));
  const Json before = folder.earlier_manifest().value("rows_at_once", Json()),
             now = manifest["rows_at_once"];
  if (before.is_number_unsigned() && before != now)
    throw ConfigError(concat(folder.path().string(), ": max_memory = ", options.max_memory,
                             " evaluates rows ", groups_text(now), ", but this run began ",
                             groups_text(before),
                             ", whose rounding its draws hold; resume it with the max_memory of "
                             "its config.json, or start again with --force"));
  const Json identity = folder.earlier_manifest().value("run", Json());
  if (identity.is_null())
    throw format_error(
        folder.path(),
        "was begun by an earlier version of sgilo; start the run again with --force");
  if (identity != manifest["run"])
    throw format_error(folder.path() / "config.json",
                       "is not what this run began with, as manifest.json says; put it back, or "
                       "start the run again with --force");
}

}  // namespace sgilo
