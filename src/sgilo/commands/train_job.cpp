// "train generator", "train classifier", "train score".
#include "sgilo/commands/frechet_result.h"
#include "sgilo/commands/job.h"
#include "sgilo/commands/rows.h"
#include "sgilo/workflows/train_classifier.h"
#include "sgilo/workflows/train_generator.h"
#include "sgilo/workflows/train_score.h"

namespace sgilo {
namespace {

constexpr const char* kInterrupted = "interrupted, the state is saved; the same command goes on\n";

// Whether the model took the new part, and what there is to say of the earlier one.
void add_model(Json& json, const EnteredPart& model) {
  if (!model.entered) json["passed"] = false;
  if (!model.note.empty()) json["note"] = model.note;
}

std::string note_of(const Json& result) {
  const std::string note = result.value("note", "");
  return note.empty() ? "" : note + "\n";
}

Json run_generator(const TrainGeneratorOptions& options, Observer& observer) {
  const TrainGeneratorResult result = train_generator(options, observer);
  if (!result.finished) return {{"finished", false}};
  Json json{{"finished", true},
            {"output", options.output},
            {"steps", result.steps},
            {"images", result.images}};
  add_frechet(json, result, options.frechet_images);
  add_model(json, result.model);
  return json;
}

std::string text_generator(const Json& result) {
  if (!finished(result)) return kInterrupted;
  std::string out = concat(result.value("output", ""), ": generator after ",
                           result.value("images", std::int64_t{0}), " images");
  if (result.contains("frechet")) {
    const Json& frechet = result["frechet"];
    out += concat("; Frechet distance ", number_text(frechet.value("distance", 0.0), 4), " ",
                  frechet_scale(frechet));
  }
  return out + "\n" + note_of(result);
}

Json run_classifier(const TrainClassifierOptions& options, Observer& observer) {
  const TrainClassifierResult result = train_classifier(options, observer);
  if (!result.finished) return {{"finished", false}};
  Json json{{"finished", true}};
  for (const auto& [name, value] : result.scores.accuracy) json["accuracy"][name] = value;
  for (const auto& [name, value] : result.scores.r_squared) json["r_squared"][name] = value;
  add_model(json, result.model);
  return json;
}

std::string text_classifier(const Json& result) {
  if (!finished(result)) return kInterrupted;
  Table table({"attribute", "accuracy", "r_squared"});
  for (const auto& item : result["accuracy"].items())
    table.add_row({item.key(), number_text(number_of(item.value()), 4), ""});
  for (const auto& item : result["r_squared"].items())
    table.add_row({item.key(), "", number_text(number_of(item.value()), 3)});
  return table.text() + note_of(result);
}

Json run_score(const TrainScoreOptions& options, Observer& observer) {
  const TrainScoreResult result = train_score(options, observer);
  if (!result.finished) return {{"finished", false}};
  Json json{{"finished", true},
            {"layer", options.layer},
            {"model", options.model},
            {"validation", rows_of(result.validation, {})}};
  add_model(json, result.model);
  return json;
}

std::string text_score(const Json& result) {
  if (!finished(result)) return kInterrupted;
  return (result["layer"] == 0 ? concat(result.value("model", ""), ": style prior fitted\n")
                               : table_of_rows(result["validation"]).text()) +
         note_of(result);
}

}  // namespace

Job train_generator_job() {
  return make_job<TrainGeneratorOptions>(
      {.name = "train generator",
       .help = "trains a StyleGAN2 on procedural portraits; resumable",
       .command = {.example = "sgilo train generator --loop.steps 50000 -o models/mine"}},
      plan, run_generator, text_generator);
}

Job train_classifier_job() {
  return make_job<TrainClassifierOptions>(
      {.name = "train classifier",
       .help = "trains the attribute network of portraits; resumable",
       .command = {.example = "sgilo train classifier --trainer.steps 4000 -o models/mine"}},
      plan, run_classifier, text_classifier);
}

Job train_score_job() {
  return make_job<TrainScoreOptions>(
      {.name = "train score",
       .help = "learns a layer's prior from inversions; resumable",
       .command = {.example = "sgilo train score --model models/mine --latents latents/ --layer "
                              "2"}},
      plan, run_score, text_score);
}

}  // namespace sgilo
