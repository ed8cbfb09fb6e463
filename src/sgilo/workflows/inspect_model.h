// What a model folder is: its parts and whether they are there as model.json says, and of what loads
// as a model its images, latents and layers: `sgilo info FOLDER`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "sgilo/core/options_json.h"
#include "sgilo/core/shape.h"

namespace sgilo {

struct PartReport {
  std::string name;    // "score_2"
  std::string sha256;  // as model.json says
  bool present = false;
  bool unchanged = false;  // the file has that hash
  std::uint64_t bytes = 0;
  std::vector<std::string> findings = {};  // what is in the file; an error's sentence where none is
};

struct LayerReport {
  Shape shape;  // [C, H, W]
  bool has_score = false;
};

struct ModelReport {
  std::filesystem::path folder;
  std::string name, hash;  // of all parts
  std::vector<PartReport> parts = {};
  std::string problem = {};  // why it cannot be loaded; what follows is empty then
  std::string generator = {};
  Shape image = {};                                         // [C, H, W]
  std::vector<std::pair<std::string, Shape>> latents = {};  // of one image, in stage 0
  std::vector<LayerReport> layers = {};                     // 1, 2, ...
};

// Throws FormatError for a folder whose model.json is none.
ModelReport inspect_model(const std::filesystem::path& folder);

Json to_json(const ModelReport& report);
std::string model_text(const Json& report);  // that JSON for people

}  // namespace sgilo
