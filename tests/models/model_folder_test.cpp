#include "sgilo/models/model_folder.h"

#include <gtest/gtest.h>

#include "sgilo/core/parse_json.h"
#include "sgilo/files/input_file.h"
#include "support/error_text.h"
#include "support/tiny_model.h"

namespace sgilo {
namespace {

class ModelFolder : public ::testing::Test {
 protected:
  Model load() const { return load_model_folder(path_, {}); }
  std::string refusal() const {
    return error_text<FormatError>([&] { load(); });
  }
  void describe(const std::function<void(Json&)>& change) const {
    Json json = parse_json(read_file(path_ / "model.json"), "model.json");
    change(json);
    folder_.put("model/model.json", json.dump());
  }
  std::string description() const { return (path_ / "model.json").string(); }

  const TemporaryFolder folder_;
  const std::filesystem::path path_ = write_tiny_model(folder_ / "model");
};

TEST_F(ModelFolder, HasPriorsOfEveryStageAndOfTheLayersWithAScore) {
  const Model model = load();
  EXPECT_EQ(model.name, "model");
  EXPECT_EQ(model.priors.layers(), std::vector<int>{1});
  EXPECT_EQ(model.priors.coordinates(), PriorCoordinates::standardised);
  for (int stage = 0; stage <= model.generator->layers(); ++stage)
    for (const Role role : {Role::code, Role::noise})
      EXPECT_TRUE(model.priors.has(stage, role)) << stage;
  EXPECT_EQ(layer_shape(model, 1), (Shape{8, 4, 4}));
  EXPECT_GT(model.row_mib, 0);
  EXPECT_EQ(model.cut(8)->image_shape(), model.generator->image_shape());
  EXPECT_TRUE(model.features.is_empty());
}

TEST_F(ModelFolder, IsHashedByAllOfItsParts) {
  const std::string before = load().hash;
  EXPECT_EQ(load().hash, before);
  EXPECT_EQ(load().generator_hash, model_part(path_, "generator")["sha256"]);
  write_model_part(path_, "style_prior", StylePrior::isotropic(6, 8, 0.4).state(), Json::object(),
                   false);
  EXPECT_NE(load().hash, before);
}

TEST_F(ModelFolder, RefusesAPartThatWasChanged) {
  const std::string part = (path_ / "style_prior.safetensors").string();
  std::string bytes = read_file(part);
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  folder_.put("model/style_prior.safetensors", bytes);
  EXPECT_TRUE(refusal().starts_with(part + ": its SHA-256 must be ")) << refusal();
}

TEST_F(ModelFolder, RefusesAScoreOfAnotherGenerator) {
  describe([](Json& json) { json["parts"]["score_1"]["generator"] = "0123456789abcdef"; });
  EXPECT_NE(refusal().find("score_1.safetensors: was trained for another generator"),
            std::string::npos);
}

TEST_F(ModelFolder, ADescriptionOfWrongTypesIsTheFilesFault) {
  for (const auto& [part, value] : std::vector<std::pair<std::string, Json>>{
           {"generator", 3}, {"generator", {{"sha256", 5}}}, {"score_1", "x"}}) {
    describe([&, own = part, wrong = value](Json& json) { json["parts"][own] = wrong; });
    EXPECT_TRUE(refusal().starts_with(description() + ": ")) << refusal();
  }
}

TEST_F(ModelFolder, StatesItsModelErrorOnceAndForAll) {
  describe([](Json& json) { json["model_error"] = {{"inpaint", "small"}}; });
  EXPECT_EQ(refusal(), description() +
                           ": model_error must be a number of at least 0 for 'inpaint', but is "
                           "\"small\"");
}

}  // namespace
}  // namespace sgilo
