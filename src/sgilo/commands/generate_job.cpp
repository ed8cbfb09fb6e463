// Exact tensors in and out: "generate", "score".
#include "sgilo/commands/job.h"
#include "sgilo/core/shape.h"
#include "sgilo/workflows/generate.h"

namespace sgilo {
namespace {

Json written_json(const std::string& path, const Tensor& tensor) {
  return {{"file", path}, {"shape", tensor.sizes().vec()}};
}

std::string written_text(const Json& written) {
  return concat(written.value("file", ""), ": ", shape_text(written["shape"].get<Shape>()), "\n");
}

Json run_generate(const GenerateOptions& options, Observer& observer) {
  const GenerateResult result = generate(options, observer);
  Json json{{"layout", result.layout},
            {"written", Json::array()},
            {"mean_estimated", result.mean_estimated}};
  for (const auto& [path, tensor] : result.written)
    json["written"].push_back(written_json(path, tensor));
  return json;
}

std::string text_generate(const Json& result) {
  std::string out;
  for (const Json& written : result["written"]) out += written_text(written);
  return out;
}

Json run_score(const EvaluateScoreOptions& options, Observer& observer) {
  Json json = written_json(options.output, evaluate_score(options, observer));
  if (!options.density.empty()) json["density"] = options.density;
  return json;
}

}  // namespace

Job generate_job() {
  return make_job<GenerateOptions>(
      {.name = "generate",
       .help = "runs a generator's file on exact tensors: images, features, gradients",
       .command = {.example = "sgilo generate --generator ffhq.pkl --z z.npy --truncation 0.7 -o "
                              "image.npy",
                   .aliases = {{"inert", "checkpoint.pickle.inert"}},
                   .output = OutputKind::either,
                   .stops_itself = false}},
      plan, run_generate, text_generate);
}

Job score_job() {
  return make_job<EvaluateScoreOptions>(
      {.name = "score",
       .help = "evaluates a released score network's file on exact tensors",
       .command = {.example = "sgilo score --network latent.pth --input x.npy --t 0.3,0.7 -o "
                              "score.npy",
                   .aliases = {{"inert", "checkpoint.pickle.inert"}},
                   .output = OutputKind::file,
                   .stops_itself = false}},
      plan, run_score, written_text);
}

}  // namespace sgilo
