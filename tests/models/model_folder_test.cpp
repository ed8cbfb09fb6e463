#include "sgilo/models/model_folder.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "sgilo/checkpoint/safetensors.h"
#include "sgilo/core/parse_json.h"
#include "sgilo/files/input_file.h"
#include "sgilo/files/sha256.h"
#include "sgilo/models/model_parts.h"
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
  describe([](Json& json) { json["parts"]["score_1"]["generator"] = std::string(64, 'a'); });
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

// Every field of model.json in turn is another JSON value, or gone.
TEST_F(ModelFolder, EveryEntryOfAnotherTypeIsOneSentenceThatNamesIt) {
  const Json sound = parse_json(read_file(path_ / "model.json"), "model.json");
  const std::string hash = " must be a SHA-256 of 64 digits, but is ";
  const std::vector<std::pair<Json, std::string>> others{{nullptr, "missing"},
                                                         {true, "true"},
                                                         {-1, "-1"},
                                                         {"x", "\"x\""},
                                                         {1e300, "1e+300"},
                                                         {Json::array(), "a list"},
                                                         {Json::object(), "an object"}};
  const auto expect = [&](const Json& changed, const std::string& sentence) {
    folder_.put("model/model.json", changed.dump());
    EXPECT_EQ(refusal(), description() + ": " + sentence);
  };
  for (const auto& [value, words] : others) {
    Json json = sound;
    json["format"] = value;
    expect(json, "\"format\" must be \"sgilo model 1\", but is " + words);
    if (!value.is_object()) {
      json = sound;
      json["parts"] = value;
      expect(json, "\"parts\" must be an object of the model's parts, but is " + words);
      json = sound;
      json["parts"]["style_prior"] = value;
      expect(json, "\"parts.style_prior\" must be an object, but is " + words);
      json = sound;
      json["parts"]["score_1"]["options"] = value;
      expect(json, "\"parts.score_1.options\" must be an object, but is " + words);
    }
    for (const char* field : {"sha256", "generator"}) {
      json = sound;
      json["parts"]["score_1"][field] = value;
      expect(json, concat("\"parts.score_1.", field, "\"", hash, words));
    }
    if (value.is_string()) continue;
    json = sound;
    json["name"] = value;
    expect(json, "\"name\" must be a text, but is " + words);
    if (value.is_number() && value > 0) continue;
    json = sound;
    json["parts"]["generator"]["clamp"] = value;
    expect(json, "\"parts.generator.clamp\" must be a number of at least 0, but is " + words);
  }
  for (const char* part : {"generator", "coordinates", "style_prior"}) {
    Json json = sound;
    json["parts"].erase(part);
    expect(json, concat("part '", part, "' is missing"));
  }
  Json json = sound;
  json["parts"]["score_1"]["options"]["network"]["width"] = "wide";
  expect(json, "parts.score_1.options.network.width must be a whole number, but is \"wide\"");
  json["parts"]["score_1"]["options"]["network"]["width"] = 0;
  expect(json, "parts.score_1.options.network.width must be positive, but is 0");
  for (const char* text : {"[]", "3", "null"}) {
    folder_.put("model/model.json", text);
    EXPECT_EQ(refusal(), description() + ": \"format\" must be \"sgilo model 1\", but is missing");
  }
}

TEST_F(ModelFolder, NothingIsAllocatedForNetworksThatAreNotThere) {
  describe([](Json& json) {
    json["parts"]["score_1"]["options"]["network"]["width"] = std::int64_t{1} << 40;
  });
  EXPECT_NE(refusal().find("score_1.safetensors: its options in model.json are of a network of at "
                           "least 1.4"),
            std::string::npos)
      << refusal();
}

TEST_F(ModelFolder, FilesOutsideOfItAreRefused) {
  namespace fs = std::filesystem;
  for (const std::string name : {"model.json", "generator.safetensors", "score_1.safetensors"}) {
    const fs::path file = path_ / name, outside = folder_ / name;
    fs::rename(file, outside);
    for (const fs::path& target : {outside, fs::path("..") / name}) {
      fs::create_symlink(target, file);
      EXPECT_EQ(refusal(), concat(file.string(),
                                  ": is a symbolic link, and none is followed inside this folder"));
      fs::remove(file);
    }
    fs::rename(outside, file);
  }
  fs::create_directory_symlink(path_, folder_ / "other");  // the whole folder may be one
  EXPECT_EQ(load_model_folder(folder_ / "other", {}).hash, load().hash);
}

TEST_F(ModelFolder, CoordinatesThatCannotBeInvertedAreNamed) {
  const std::string file = (path_ / "coordinates.safetensors").string();
  const StateDict sound = read_safetensors(file).tensors;
  const auto refused = [&](const std::string& name, const std::function<void(Tensor&)>& change) {
    StateDict state = sound;
    state[name] = state.at(name).clone();
    change(state[name]);
    write_safetensors(file, state);
    describe([&](Json& json) { json["parts"]["coordinates"]["sha256"] = sha256_of_file(file); });
    return refusal();
  };
  const auto first = [](double value) { return [value](Tensor& x) { x.view(-1)[0] = value; }; };
  for (const double bad : {0.0, -1.0}) {
    EXPECT_EQ(refused("layer_2.scale", first(bad)),
              file + ": coordinates: the scale of layer 2 must be positive numbers");
    EXPECT_EQ(
        refused("styles.factor", first(bad)),
        file + ": coordinates: the diagonal of the factor of the styles must be positive numbers");
  }
  for (const char* name : {"layer_2.scale", "layer_2.mean", "styles.factor", "styles.mean"})
    EXPECT_EQ(refused(name, first(std::nan(""))),
              concat(file, ": tensor '", name, "' must hold finite numbers, but 1 of its ",
                     sound.at(name).numel(), " are nan or infinite"));
  EXPECT_EQ(refused("styles.factor", [](Tensor& x) { x[0][1] = 1; }),
            file + ": coordinates: the factor of the styles must be lower triangular");
  EXPECT_EQ(refused("styles.factor", first(1e-45)),
            file + ": coordinates: the factor of the styles is singular in float32");
  EXPECT_EQ(
      refused("styles.factor", [](Tensor& x) { x = x.narrow(0, 0, 3).contiguous(); }),
      file + ": coordinates: the factor of the styles must have shape [8, 8], but has [3, 8]");
}

TEST_F(ModelFolder, SomethingElseIsNamedByItsKind) {
  const auto refused = [](const std::filesystem::path& path) {
    return error_text<FormatError>([&] { load_model_folder(path, {}); });
  };
  const auto run = folder_ / "run";
  std::filesystem::create_directory(run);
  folder_.put("run/manifest.json", R"({"format": "sgilo run 1"})");
  EXPECT_TRUE(refused(run).starts_with(
      run.string() + ": is the folder of a run, but a model is a folder with model.json"))
      << refused(run);
  const auto text = folder_.put("notes", "dear diary");
  EXPECT_EQ(refused(text), text.string() +
                               ": is a text, but a model is a folder with model.json, as convert "
                               "makes one");
}

TEST_F(ModelFolder, StatesItsModelErrorOnceAndForAll) {
  describe([](Json& json) { json["model_error"] = {{"inpaint", "small"}}; });
  EXPECT_EQ(refusal(), description() +
                           ": model_error must be a number of at least 0 for 'inpaint', but is "
                           "\"small\"");
}

// A file of holes costs nothing to send, and its size in memory to read.
TEST_F(ModelFolder, APartIsReadOnlyWhereItsHeaderAccountsForItsSize) {
  const auto part = path_ / "style_prior.safetensors";
  const std::uintmax_t size = std::filesystem::file_size(part);
  std::filesystem::resize_file(part, size + (std::uintmax_t{1} << 40));
  EXPECT_EQ(refusal(), concat(part.string(), ": ", std::uint64_t{1} << 40,
                              " bytes behind the last tensor belong to none"));
}

}  // namespace
}  // namespace sgilo
