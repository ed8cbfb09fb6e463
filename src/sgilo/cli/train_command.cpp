// sgilo train generator | classifier | score.
#include "sgilo/cli/verb.h"
#include "sgilo/report/table.h"
#include "sgilo/workflows/train_classifier.h"
#include "sgilo/workflows/train_generator.h"
#include "sgilo/workflows/train_score.h"

namespace sgilo {
namespace {

Outcome interrupted() {
  return {"interrupted, the state is saved; the same command goes on\n",
          {{"finished", false}},
          kInterrupted};
}

Outcome act_generator(const TrainGeneratorOptions& options, Console& console) {
  if (console.dry_run) return planned(plan(options));
  const TrainGeneratorResult result = train_generator(options, *console.observer);
  if (!result.finished) return interrupted();
  Outcome out;
  out.json = {{"finished", true},
              {"output", options.output},
              {"steps", result.steps},
              {"images", result.images}};
  out.text = concat(options.output, ": generator after ", result.images, " images");
  if (result.frechet >= 0) {
    out.json["frechet"] = {{"images", options.frechet_images},
                           {"distance", result.frechet},
                           {"floor", result.floor},
                           {"ruler", result.ruler}};
    out.text += concat("; Frechet distance ", number_text(result.frechet, 4),
                       " (portraits against portraits ", number_text(result.floor, 3),
                       ", slightly blurred ", number_text(result.ruler, 4), ")");
  }
  out.text += "\n";
  return out;
}

Outcome act_classifier(const TrainClassifierOptions& options, Console& console) {
  if (console.dry_run) return planned(plan(options));
  const TrainClassifierResult result = train_classifier(options, *console.observer);
  if (!result.finished) return interrupted();
  Outcome out;
  Table table({"attribute", "accuracy", "r_squared"});
  for (const auto& [name, value] : result.scores.accuracy) {
    table.add_row({name, number_text(value, 4), ""});
    out.json["accuracy"][name] = value;
  }
  for (const auto& [name, value] : result.scores.r_squared) {
    table.add_row({name, "", number_text(value, 3)});
    out.json["r_squared"][name] = value;
  }
  out.text = table.text();
  return out;
}

Outcome act_score(const TrainScoreOptions& options, Console& console) {
  if (console.dry_run) return planned(plan(options));
  const TrainScoreResult result = train_score(options, *console.observer);
  if (!result.finished) return interrupted();
  return {options.layer == 0 ? concat(options.model, ": style prior fitted\n")
                             : result.validation.text(),
          {{"finished", true}, {"layer", options.layer}}};
}

}  // namespace

Verb train_generator_verb() {
  return make_verb<TrainGeneratorOptions>(
      {"train generator", "trains a StyleGAN2 on procedural portraits; resumable",
       "sgilo train generator --loop.steps 50000 -o models/mine", ""},
      act_generator);
}

Verb train_classifier_verb() {
  return make_verb<TrainClassifierOptions>(
      {"train classifier", "trains the attribute network of portraits; resumable",
       "sgilo train classifier --trainer.steps 4000 -o models/mine", ""},
      act_classifier);
}

Verb train_score_verb() {
  return make_verb<TrainScoreOptions>(
      {"train score", "learns a layer's prior from inversions; resumable",
       "sgilo train score --model models/mine --latents latents/ --layer 2", ""},
      act_score);
}

}  // namespace sgilo
