// sgilo generate, sgilo score: exact tensors in and out.
#include "sgilo/cli/verb.h"
#include "sgilo/core/shape.h"
#include "sgilo/workflows/generate.h"

namespace sgilo {
namespace {

Json written_json(const std::string& path, const Tensor& tensor) {
  return {{"file", path}, {"shape", tensor.sizes().vec()}};
}

Outcome act_generate(const GenerateOptions& options, Console& console) {
  if (console.dry_run) return planned(plan(options));
  const GenerateResult result = generate(options);
  Outcome out{"", {{"layout", result.layout}, {"written", Json::array()}}};
  out.json["mean_estimated"] = result.mean_estimated;
  if (result.mean_estimated)
    console.observer->on_warning(concat(options.generator,
                                        ": has no mean style; truncation takes the mean of ",
                                        kMeanInputs, " random inputs"));
  for (const auto& [path, tensor] : result.written) {
    out.text += concat(path, ": ", shape_text(tensor.sizes()), "\n");
    out.json["written"].push_back(written_json(path, tensor));
  }
  return out;
}

Outcome act_score(const EvaluateScoreOptions& options, Console& console) {
  if (console.dry_run) return planned(plan(options));
  const Tensor score = evaluate_score(options);
  return {concat(options.output, ": ", shape_text(score.sizes()), "\n"),
          written_json(options.output, score)};
}

}  // namespace

Verb generate_verb() {
  return make_verb<GenerateOptions>(
      {"generate",
       "runs a generator's file on exact tensors: images, features, gradients",
       "sgilo generate --generator ffhq.pkl --z z.npy --truncation 0.7 -o image.npy",
       "",
       {{"inert", "checkpoint.pickle.inert"}},
       false,
       OutputKind::file,
       false},
      act_generate);
}

Verb score_verb() {
  return make_verb<EvaluateScoreOptions>(
      {"score",
       "evaluates a released score network's file on exact tensors",
       "sgilo score --network latent.pth --input x.npy --t 0.3,0.7 -o score.npy",
       "",
       {{"inert", "checkpoint.pickle.inert"}},
       false,
       OutputKind::file,
       false},
      act_score);
}

}  // namespace sgilo
