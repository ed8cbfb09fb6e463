#include "sgilo/workflows/run_manifest.h"

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

void require_same_inputs(const RunFolder& folder, const Json& manifest) {
  for (const char* key : {"model_hash", "measurement_hash"})
    if (folder.earlier_manifest().value(key, Json()) != manifest[key])
      throw ConfigError(concat(folder.path().string(), ": the ",
                               std::string_view(key).substr(0, std::string_view(key).find('_')),
                               " is not the one that this run began with"));
}

}  // namespace sgilo
