#include "sgilo/workflows/inspect.h"

#include <gtest/gtest.h>

#include "sgilo/checkpoint/npy.h"
#include "sgilo/checkpoint/npz.h"
#include "sgilo/checkpoint/safetensors.h"
#include "sgilo/workflows/generate.h"
#include "support/error_text.h"
#include "support/temporary_folder.h"

namespace sgilo {
namespace {

StyleGan2 small_generator() {
  StyleGan2Options options;
  options.mapping = {.z_dim = 6, .w_dim = 5, .layers = 2};
  options.synthesis = {.w_dim = 5, .widths = {4, 3}, .clamp = 0};
  torch::manual_seed(1);
  return StyleGan2(options);
}

class Files : public ::testing::Test {
 protected:
  void SetUp() override {
    generator_ = folder_ / "generator.npz";
    write_npz(generator_, state_of(*small_generator()));
    write_npy(folder_ / "z.npy", torch::randn({2, 6}));
  }
  Tensor image_of(const std::string& generator) {
    GenerateOptions o;
    o.generator = generator;
    o.z = folder_ / "z.npy";
    o.output = folder_ / "image.npy";
    return generate(o).written.at(0).second;
  }
  ConvertOptions conversion(const std::string& output) {
    ConvertOptions o;
    o.input = generator_;
    o.output = output;
    o.coordinate_samples = 8;
    return o;
  }

  TemporaryFolder folder_;
  std::string generator_;
  Observer silent_;
};

TEST_F(Files, ConvertingThenLoadingEqualsLoadingToTheBit) {
  const std::string output = folder_ / "out.safetensors";
  EXPECT_EQ(convert(conversion(output), silent_).kind, "stylegan2");
  EXPECT_TRUE(torch::equal(image_of(generator_), image_of(output)));
  const SafetensorsFile file = read_safetensors(output);
  EXPECT_EQ(file.metadata.at("source"), "generator.npz");
  EXPECT_EQ(file.metadata.at("source_sha256").size(), 64U);
}

TEST_F(Files, AGeneratorBecomesAModelFolder) {
  convert(conversion(folder_ / "model"), silent_);
  EXPECT_TRUE(
      torch::equal(image_of(generator_), image_of(folder_ / "model/generator.safetensors")));
}

TEST_F(Files, WhatAFileHoldsIsRecognisedByItsTensors) {
  EXPECT_EQ(inspect(generator_).findings.at(0),
            "StyleGAN2 generator of NVIDIA, 8x8, 2 mapping layers");
  EXPECT_EQ(inspect(folder_ / "z.npy").findings.at(0), "one array");
  write_safetensors(folder_ / "fit.safetensors",
                    {{"mean", torch::zeros({5})}, {"std", torch::ones({5})}});
  EXPECT_EQ(inspect(folder_ / "fit.safetensors").findings.at(0),
            "Gaussian fit of styles, 5 numbers");
  EXPECT_NE(text(inspect(generator_), 2).find("more (--rows 0 lists all)"), std::string::npos);
}

TEST_F(Files, AlmostAGeneratorIsNamedByTheTensorThatIsWrong) {
  StateDict state = state_of(*small_generator());
  state.erase("synthesis.b8.torgb.bias");
  write_npz(generator_, state);
  EXPECT_EQ(error_text<FormatError>([&] { image_of(generator_); }),
            generator_ + ": tensor 'synthesis.b8.torgb.bias' is missing");
  write_npz(generator_, {{"a", torch::zeros({1})}});
  EXPECT_EQ(error_text<FormatError>([&] { image_of(generator_); }),
            generator_ +
                ": holds no StyleGAN2 generator: neither 'synthesis.b4.const' (NVIDIA) nor "
                "'input.input' (rosinality) is among its tensors");
}

TEST_F(Files, AFolderNeedsAGenerator) {
  write_npz(generator_, {{"a", torch::zeros({1})}});
  EXPECT_THROW(convert(conversion(folder_ / "model"), silent_), ConfigError);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "model"));
}

}  // namespace
}  // namespace sgilo
