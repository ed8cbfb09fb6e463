#include "sgilo/models/model_parts.h"

#include <gtest/gtest.h>

#include "sgilo/models/model_description.h"
#include "support/error_text.h"
#include "support/temporary_folder.h"

namespace sgilo {
namespace {

namespace fs = std::filesystem;

class ModelParts : public testing::Test {
 protected:
  ModelParts() { write(model_, 1); }

  static void write(const fs::path& folder, float value) {
    write_model_part(folder, "generator", {{"w", torch::full({1}, value)}}, Json::object(), false);
  }
  float value() const {
    return read_model_part(model_, read_description(model_), "generator").at("w").item<float>();
  }
  // Of a model elsewhere, whose model.json may follow.
  void bring_in(float value) const {
    write(folder_ / "next", value);
    fs::rename(folder_ / "next/generator.safetensors", model_ / incoming_part_file("generator"));
  }
  void settle() const { settle_parts(Folder(model_), read_description(model_)); }

  TemporaryFolder folder_;
  fs::path model_ = folder_ / "model";
};

TEST_F(ModelParts, AreWhatModelJsonMeans) {
  bring_in(2);
  EXPECT_EQ(value(), 1);
  fs::rename(folder_ / "next/model.json", model_ / "model.json");
  EXPECT_EQ(value(), 2);
  settle();
  EXPECT_EQ(value(), 2);
  EXPECT_FALSE(fs::exists(model_ / incoming_part_file("generator")));
}

TEST_F(ModelParts, ThatAreNotMeantGoWhenTheNextComes) {
  bring_in(2);
  settle();
  EXPECT_EQ(value(), 1);
  EXPECT_FALSE(fs::exists(model_ / incoming_part_file("generator")));
}

TEST_F(ModelParts, ThatAreMissingOrOthersAreNamed) {
  const auto refusal = [&] { return error_text<FormatError>([&] { value(); }); };
  const fs::path file = model_ / part_file("generator");
  bring_in(2);
  fs::rename(model_ / incoming_part_file("generator"), file);
  EXPECT_TRUE(refusal().starts_with(file.string() + ": its SHA-256 must be ")) << refusal();
  fs::remove(file);
  EXPECT_EQ(refusal(), file.string() + ": is missing");
}

}  // namespace
}  // namespace sgilo
