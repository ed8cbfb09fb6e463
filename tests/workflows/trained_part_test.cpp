#include "sgilo/workflows/trained_part.h"

#include <gtest/gtest.h>

#include "sgilo/core/error.h"
#include "sgilo/files/input_file.h"
#include "sgilo/models/model_description.h"
#include "sgilo/models/model_parts.h"
#include "support/error_text.h"
#include "support/failing_renames.h"
#include "support/tiny_model.h"

namespace sgilo {
namespace {

class TrainedPartTest : public testing::Test {
 protected:
  TrainedPartTest() : model_(write_tiny_model(folder_ / "model")) {
    before_ = hash_of("generator");
  }

  std::string hash_of(const std::string& part) {
    return model_part(model_, part)["sha256"].get<std::string>();
  }

  // Enters a generator of other weights, as 'train generator' does.
  EnteredPart enter_generator(const Judgement& judgement) {
    torch::manual_seed(8);
    StyleGan2 network(StyleGan2Options{{8, 8, 2, 0.01}, {8, {8, 8, 8}, 0.0}});
    Observer silent;
    const auto coordinates = *estimate_coordinates(network, 32, RandomStreams(1), silent);
    TrainedPart part(model_, "generator");
    write_model_part(part.staging(), "generator", state_of(*network), Json::object(), false);
    write_model_part(part.staging(), "coordinates", coordinates.state(), Json::object(), false);
    write_model_part(part.staging(), "style_prior", StylePrior::isotropic(6, 8, 0.2).state(),
                     Json::object(), false);
    std::filesystem::create_directory(part.staging() / "training");
    std::ofstream(part.staging() / "training" / "discriminator.safetensors") << "weights";
    return part.enter(judgement);
  }

  TemporaryFolder folder_;
  std::filesystem::path model_;
  std::string before_;
};

TEST_F(TrainedPartTest, ReplacesNothingUnasked) {
  EXPECT_EQ(error_text<ConfigError>([&] { require_replaceable(model_, "generator", false); }),
            model_.string() +
                ": has a part 'generator' already; --force replaces it by one that is at least as "
                "good, or name another folder");
  require_replaceable(model_, "generator", true);
  require_replaceable(model_, "classifier", false);
  require_replaceable(model_, "style_prior", false);  // a first guess
  require_replaceable(folder_ / "new", "generator", false);
}

TEST_F(TrainedPartTest, KeepsAGeneratorThatIsBetterThanTheNewOne) {
  const EnteredPart entered =
      enter_generator({.measure = "Frechet distance", .fresh = 20.5, .earlier = 14.75});
  EXPECT_FALSE(entered.entered);
  EXPECT_EQ(entered.note,
            model_.string() +
                ": keeps its generator, as the new one is worse (Frechet distance 20.5, of the "
                "earlier one 14.75); the model with the new one is " +
                (model_ / "rejected_1").string());
  EXPECT_EQ(hash_of("generator"), before_);
  EXPECT_TRUE(load_model({model_.string()}, {}).priors.has(1, Role::layer));
  EXPECT_NE(load_model({(model_ / "rejected_1").string()}, {}).generator_hash, before_);
}

TEST_F(TrainedPartTest, TakesABetterGeneratorAndKeepsTheModelAsItWas) {
  const std::filesystem::path discriminator = "training/discriminator.safetensors";
  std::filesystem::create_directory(model_ / "training");
  std::ofstream(model_ / discriminator) << "earlier";
  const EnteredPart entered =
      enter_generator({.measure = "Frechet distance", .fresh = 12, .earlier = 14.75});
  EXPECT_TRUE(entered.entered);
  EXPECT_EQ(entered.note,
            model_.string() +
                ": has a new generator (Frechet distance 12, of the earlier one 14.75); the model "
                "as it was is " +
                (model_ / "replaced_1").string() +
                "; score_1 was of the earlier generator: to have it again, run sgilo invert with "
                "this model, then sgilo train score --layer 1");
  const Model now = load_model({model_.string()}, {});
  EXPECT_NE(now.generator_hash, before_);
  EXPECT_FALSE(now.priors.has(1, Role::layer));
  const Model was = load_model({(model_ / "replaced_1").string()}, {});
  EXPECT_EQ(was.generator_hash, before_);
  EXPECT_TRUE(was.priors.has(1, Role::layer));
  EXPECT_EQ(read_file(model_ / discriminator), "weights");
  EXPECT_EQ(read_file(model_ / "replaced_1" / discriminator), "earlier");
  EXPECT_FALSE(std::filesystem::exists(model_ / "score_1.safetensors"));
}

TEST_F(TrainedPartTest, SaysWhenNothingCompares) {
  const EnteredPart entered = enter_generator({.problem = "there is no classifier"});
  EXPECT_TRUE(entered.entered);
  EXPECT_NE(entered.note.find("(nothing compares them: there is no classifier)"),
            std::string::npos);
  EXPECT_EQ(load_model({(model_ / "replaced_1").string()}, {}).generator_hash, before_);
}

TEST_F(TrainedPartTest, MakesAModelWhereThereIsNone) {
  model_ = folder_ / "new";
  const EnteredPart entered = enter_generator({});
  EXPECT_TRUE(entered.entered);
  EXPECT_EQ(entered.note, "");
  EXPECT_EQ(load_model({model_.string()}, {}).name, "new");
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator(model_))
    found.push_back(entry.path().filename().string());
  std::sort(found.begin(), found.end());
  EXPECT_EQ(found,
            (std::vector<std::string>{".lock", "coordinates.safetensors", "generator.safetensors",
                                      "model.json", "style_prior.safetensors", "training"}));
}

// A model of two parts, whose tensors hold `value`.
void write_parts(const std::filesystem::path& folder, float value) {
  for (const char* part : {"generator", "coordinates"})
    write_model_part(folder, part, {{"w", torch::full({1}, value)}}, Json::object(), false);
}

std::vector<float> values_of_parts(const std::filesystem::path& folder) {
  const Json description = read_description(folder);
  std::vector<float> values;
  for (const char* part : {"generator", "coordinates"})
    values.push_back(read_model_part(folder, description, part).at("w").item<float>());
  return values;
}

TEST(TrainedPartFailure, LeavesTheOldModelOrTheNewOneWhereverItIsCutShort) {
  const std::vector<float> before{1, 1}, after{2, 2};
  bool done = false;
  std::vector<std::vector<float>> found;
  for (long renames = 0; !done; ++renames) {
    ASSERT_LT(renames, 20);
    const TemporaryFolder folder;
    const std::filesystem::path model = folder / "model";
    write_parts(model, 1);
    {
      TrainedPart part(model, "generator");
      write_parts(part.staging(), 2);
      try {
        const FailingRenames failing(renames);
        part.enter({.problem = "nothing is measured"});
        done = true;
      } catch (const Error&) {
      }
    }
    found.push_back(values_of_parts(model));
    EXPECT_TRUE(found.back() == before || found.back() == after) << renames;
    // The next one ends what was cut short.
    { const TrainedPart next(model, "generator"); }
    EXPECT_EQ(values_of_parts(model), found.back()) << renames;
    for (const char* part : {"generator", "coordinates"})
      EXPECT_FALSE(std::filesystem::exists(model / incoming_part_file(part))) << renames;
  }
  // Two parts that come in and model.json, before which it is the old model; two names after it.
  EXPECT_EQ(found, (std::vector<std::vector<float>>{before, before, before, after, after, after}));
}

TEST_F(TrainedPartTest, RefusesAPartThatIsALink) {
  std::filesystem::rename(model_ / "score_1.safetensors", folder_ / "elsewhere");
  std::filesystem::create_symlink(folder_ / "elsewhere", model_ / "score_1.safetensors");
  EXPECT_EQ(error_text<FormatError>([&] { require_replaceable(model_, "score_1", true); }),
            (model_ / "score_1.safetensors").string() +
                ": is a symbolic link, and none is followed inside this folder");
}

}  // namespace
}  // namespace sgilo
