#include "sgilo/workflows/inspect_model.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "sgilo/core/error.h"
#include "sgilo/models/model.h"
#include "support/error_text.h"
#include "support/tiny_model.h"

namespace sgilo {
namespace {

TEST(InspectModel, TellsPartsImagesLatentsAndLayers) {
  const TemporaryFolder folder;
  const auto path = write_tiny_model(folder / "model");
  const ModelReport report = inspect_model(path);
  EXPECT_EQ(report.name, "model");
  EXPECT_EQ(report.hash, load_model({path.string()}, {}).hash);
  EXPECT_EQ(report.problem, "");
  EXPECT_EQ(report.image, (Shape{3, 16, 16}));
  EXPECT_EQ(report.latents.at(0), (std::pair<std::string, Shape>("styles", {6, 8})));
  ASSERT_EQ(report.layers.size(), 2u);
  EXPECT_EQ(report.layers[0].shape, (Shape{8, 4, 4}));
  EXPECT_TRUE(report.layers[0].has_score);
  EXPECT_FALSE(report.layers[1].has_score);
  ASSERT_EQ(report.parts.size(), 4u);
  for (const PartReport& part : report.parts)
    EXPECT_TRUE(part.present && part.unchanged && part.bytes > 0) << part.name;
  EXPECT_EQ(report.parts[3].findings,
            std::vector<std::string>{"score network of a model folder, 8 channels"});
  const std::string text = model_text(to_json(report));
  for (const char* line :
       {"  images   [3, 16, 16]\n", "  latents  styles [6, 8] and ", "  parts    4\n",
        "  layer 1  [8, 4, 4], with a score network\n", "...  is there; "})
    EXPECT_NE(text.find(line), std::string::npos) << line << "\n" << text;
}

TEST(InspectModel, TellsWhatIsMissingOrChangedAndWhyItCannotBeLoaded) {
  const TemporaryFolder folder;
  const auto path = write_tiny_model(folder / "model");
  std::filesystem::remove(path / "coordinates.safetensors");
  std::filesystem::copy_file(path / "generator.safetensors", path / "score_1.safetensors",
                             std::filesystem::copy_options::overwrite_existing);
  const ModelReport report = inspect_model(path);
  EXPECT_FALSE(report.parts[1].present);
  EXPECT_TRUE(report.parts[3].present);
  EXPECT_FALSE(report.parts[3].unchanged);
  EXPECT_EQ(report.problem, (path / "coordinates.safetensors").string() + ": is missing");
  const std::string text = model_text(to_json(report));
  EXPECT_NE(text.find("  is missing\n"), std::string::npos) << text;
  EXPECT_NE(text.find("is there, but of another SHA-256; StyleGAN2"), std::string::npos) << text;
  EXPECT_NE(error_text<FormatError>([&] {
              inspect_model(folder.path());
            }).find("is no model folder, model.json is missing"),
            std::string::npos);
}

TEST(InspectModel, WaitsForNoPipeInThePlaceOfAPart) {
  const TemporaryFolder folder;
  const auto path = write_tiny_model(folder / "model");
  const auto part = path / "generator.safetensors";
  std::filesystem::remove(part);
  ASSERT_EQ(::mkfifo(part.c_str(), 0600), 0);
  const ModelReport report = inspect_model(path);
  EXPECT_EQ(report.parts[0].findings,
            std::vector<std::string>{part.string() + ": cannot be read: it is not a regular file"});
}

}  // namespace
}  // namespace sgilo
