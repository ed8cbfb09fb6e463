#include "sgilo/workflows/inspect_model.h"

#include "sgilo/core/error.h"
#include "sgilo/files/folder.h"
#include "sgilo/files/input_file.h"
#include "sgilo/models/model.h"
#include "sgilo/models/model_description.h"
#include "sgilo/models/model_parts.h"
#include "sgilo/workflows/inspect.h"

namespace sgilo {
namespace {

namespace fs = std::filesystem;

PartReport part_of(const Folder& folder, const std::string& name, const Json& entry) {
  PartReport part{.name = name, .sha256 = entry.value("sha256", "")};
  const std::string file = part_file(name);
  part.present = folder.holds(file);
  if (!part.present) return part;
  try {
    const InputFile plain(folder, file);  // no pipe, which would be waited for
    const FileReport found = inspect(folder / file);
    part.unchanged = found.sha256 == part.sha256;
    part.bytes = found.bytes;
    part.findings = found.findings;
  } catch (const Error& error) {
    part.findings = {error.what()};
  }
  return part;
}

void describe_loaded(const Model& model, ModelReport& report) {
  const Generator& generator = *model.generator;
  report.generator = generator.describe();
  report.image = generator.image_shape();
  for (const Variable& x : generator.draw(0, {RandomStreams(0)}).variables)
    report.latents.emplace_back(x.name, x.value.sizes().slice(1).vec());
  for (int layer = 1; layer <= generator.layers(); ++layer)
    report.layers.push_back({layer_shape(model, layer), model.priors.has(layer, Role::layer)});
}

}  // namespace

ModelReport inspect_model(const fs::path& path) {
  const Json description = read_description(path);
  const Folder folder(path);
  ModelReport report{.folder = path,
                     .name = description.value("name", path.filename().string()),
                     .hash = hash_of_description(description)};
  for (const auto& [name, entry] : description["parts"].items())
    report.parts.push_back(part_of(folder, name, entry));
  try {
    describe_loaded(load_model({path.string()}, {}), report);
  } catch (const Error& error) {
    report.problem = error.what();
  }
  return report;
}

Json to_json(const ModelReport& report) {
  Json parts = Json::array(), latents = Json::object(), layers = Json::array();
  for (const PartReport& part : report.parts)
    parts.push_back({{"name", part.name},
                     {"sha256", part.sha256},
                     {"present", part.present},
                     {"unchanged", part.unchanged},
                     {"bytes", part.bytes},
                     {"holds", part.findings}});
  for (const auto& [name, shape] : report.latents) latents[name] = shape;
  for (std::size_t i = 0; i < report.layers.size(); ++i)
    layers.push_back({{"layer", i + 1},
                      {"shape", report.layers[i].shape},
                      {"score", report.layers[i].has_score}});
  Json json{{"folder", report.folder.string()},
            {"format", "model folder"},
            {"name", report.name},
            {"hash", report.hash},
            {"parts", parts}};
  if (!report.problem.empty()) {
    json["problem"] = report.problem;
    return json;
  }
  json.update({{"generator", report.generator},
               {"image", report.image},
               {"latents", latents},
               {"layers", layers}});
  return json;
}

std::string model_text(const Json& report) {
  const auto shape = [](const Json& sizes) { return shape_text(sizes.get<Shape>()); };
  std::string out = concat(report.value("folder", ""), "\n  format   model folder\n  name     ",
                           report.value("name", ""), "\n  hash     ", report.value("hash", ""),
                           ", over its parts\n");
  if (report.contains("problem")) {
    out += concat("  problem  ", report.value("problem", ""), "\n");
  } else {
    out += concat("  holds    ", report.value("generator", ""), "\n  images   ",
                  shape(report["image"]), "\n  latents  ");
    std::size_t noises = 0;
    for (const auto& [name, sizes] : report["latents"].items())
      if (name.starts_with("noise_"))
        ++noises;
      else
        out += concat(name, " ", shape(sizes), " and ");
    out += concat(noises, " noise inputs (--json lists them)\n");
    for (const Json& layer : report["layers"])
      out += concat("  layer ", layer.value("layer", 0), "  ", shape(layer["shape"]),
                    layer.value("score", false) ? ", with a score network" : "", "\n");
  }
  out += concat("  parts    ", report["parts"].size(), "\n");
  for (const Json& part : report["parts"]) {
    out += concat("    ", part.value("name", ""), ".safetensors  ",
                  part.value("sha256", "").substr(0, 12), "...  ",
                  !part.value("present", false)    ? "is missing"
                  : part.value("unchanged", false) ? "is there"
                                                   : "is there, but of another SHA-256");
    for (const Json& finding : part["holds"]) out += concat("; ", finding.get<std::string>());
    out += "\n";
  }
  return out;
}

}  // namespace sgilo
