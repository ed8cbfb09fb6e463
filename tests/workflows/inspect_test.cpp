#include "sgilo/workflows/inspect.h"

#include <gtest/gtest.h>

#include "sgilo/checkpoint/npy.h"
#include "sgilo/checkpoint/npz.h"
#include "sgilo/checkpoint/safetensors.h"
#include "sgilo/workflows/generate.h"
#include "sgilo/workflows/measure.h"
#include "sgilo/workflows/solve.h"
#include "support/error_text.h"
#include "support/network_files.h"
#include "support/script_file.h"
#include "support/temporary_folder.h"
#include "workflows/tiny_generator.h"
#include "workflows/tiny_model.h"
#include "workflows/tiny_released_model.h"

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

// Every kind that is known, from tensors of its names.
TEST_F(Files, EachKindIsRecognised) {
  const Tensor one = torch::ones({1});
  const StateDict native = tiny_generator_state();
  const StateDict score = released_score_weights({3, 4, 4});
  const struct {
    StateDict tensors;
    std::vector<std::string> findings;
  } cases[] = {
      {with_prefix(native, "G."),
       {"StyleGAN2 generator of NVIDIA, 16x16, 2 mapping layers, in 'G'"}},
      {{{"synthesis.b4.const", one}, {"mapping.fc0.weight", one}},
       {"StyleGAN2 generator of NVIDIA, 4x4, 1 mapping layer"}},
      {rosinality_names(native),
       {"StyleGAN2 generator of rosinality, 16x16, 2 mapping layers, without a mean style"}},
      {{{"g.input.input", one},
        {"g.conv1.conv.weight", one},
        {"g.style.1.weight", one},
        {"latent_avg", one}},
       {"StyleGAN2 generator of rosinality, 4x4, 1 mapping layer, in 'g'"}},
      {with_prefix(score, "module."),
       {"score network of SGILO (ViT), 16 tokens of width 8, 1 layer, 3 channels, in 'module'"}},
      {score, {"score network of SGILO (ViT), 16 tokens of width 8, 1 layer, 3 channels"}},
      {{{"D.b4.out.weight", one}}, {"discriminator of StyleGAN2, in 'D'"}},
      {{{"d.final_linear.1.weight", one}}, {"discriminator of StyleGAN2, in 'd'"}},
      {{{"b4.out.weight", one}}, {"discriminator of StyleGAN2"}},
      {{{"latent_z", one}, {"gen_outs.1", one}, {"bufs.0", one}},
       {"latents of a finished SGILO run: styles, layer and noises"}},
      {{{"mean", one}, {"std", one}}, {"Gaussian fit of styles, 1 number"}},
      {{{"lin0.model.1.weight", one}, {"lin4.model.1.weight", one}}, {"linear layers of LPIPS"}},
      {{{"stem.weight", one}, {"to_features.weight", one}},
       {"attribute classifier of a model folder"}},
      {{{"basis", one}, {"deviations", one}}, {"style prior of a model folder, 1 number"}},
      {{{"styles.factor", one}, {"layer_1.mean", one}},
       {"coordinates of a model folder's styles and layers"}},
      {{{"channel_mean", one}, {"network.frequencies", one}},
       {"score network of a model folder, 1 channel"}},
      {{{"module.conv1.weight", one},
        {"module.layer4.0.conv1.weight", one},
        {"module.fc.weight", one}},
       {"classifier (ResNet of torchvision), 1 class, in 'module'"}},
      {{{"features.0.weight", one}, {"features.28.weight", one}},
       {"VGG16 of torchvision, as LPIPS takes it"}},
      {{{"G_ema.synthesis.input.freqs", one}, {"G.synthesis.input.freqs", one}},
       {"StyleGAN3 generator, which is not supported"}},
      {{{"0", torch::ones({1, 1, 4, 4})}, {"1", torch::ones({1, 1, 8, 8})}},
       {"a list of tensors, perhaps the noises of an ILO run"}},
      {{{"a", one}}, {"no model that is known here"}},
      {{}, {"no model: it holds no tensor"}},
      {{{"D.b4.out.weight", one}, {"synthesis.b4.const", one}},
       {"StyleGAN2 generator of NVIDIA, 4x4, 0 mapping layers",
        "discriminator of StyleGAN2, in 'D'"}},
  };
  const auto path = folder_ / "weights";
  for (const auto& c : cases) {
    write_torch_zip(path, c.tensors);
    EXPECT_EQ(inspect(path).findings, c.findings);
    EXPECT_EQ(inspect(path).checkpoint.format, "PyTorch zip");
  }
}

TEST_F(Files, WhatASnapshotSaysOfItsGeneratorIsFound) {
  const auto path = folder_.put(
      "snapshot",
      nvidia_snapshot(
          {{"G_ema",
            {tiny_generator_state(1, 3),
             {{"synthesis.b4.conv1.conv_clamp", pickle::integer(256)},
              {"_init_kwargs",
               pickle::dict({{pickle::text("synthesis_kwargs"),
                              easy_dict({{"num_fp16_res", pickle::integer(4)}})}})}}}}}));
  const FileReport report = inspect(path);
  EXPECT_EQ(report.findings,
            (std::vector<std::string>{
                "StyleGAN2 generator of NVIDIA, 16x16, 2 mapping layers, 3 classes, activations "
                "limited to 256, trained with its 4 largest resolutions in float16, in 'G_ema'"}));
  EXPECT_EQ(report.checkpoint.format, "pickle");
  EXPECT_EQ(to_json(report)["classes"]["G_ema"], "Generator");
}

TEST_F(Files, SingleTensorsListsAndModulesAreRecognised) {
  const auto path = folder_ / "weights";
  const auto findings = [&](const Tensor& tensor) {
    const TorchStorages storages({{"tensor", tensor}});
    write_torch_archive(path, tensor_in_archive(tensor, storages), storages);
    return inspect(path).findings.at(0);
  };
  EXPECT_EQ(findings(torch::ones({2, 18, 5})), "one tensor, perhaps the style rows of an ILO run");
  EXPECT_EQ(findings(torch::ones({4})), "one tensor");
  const StateDict noises{{"a", torch::ones({1, 4, 4, 4})}, {"b", torch::ones({1, 1, 8, 8})}};
  const TorchStorages storages(noises);
  write_torch_archive(path,
                      pickle::list({tensor_in_archive(noises.at("a"), storages),
                                    tensor_in_archive(noises.at("b"), storages)}),
                      storages);
  EXPECT_EQ(inspect(path).findings.at(0), "a list of tensors, perhaps the noises of an ILO run");
  write_script(path, "def forward(self, x):\n  return self.scale * x\n");
  const std::string script =
      "TorchScript module: its tensors are read here; only libtorch can run its code (--trust)";
  EXPECT_EQ(inspect(path).findings, std::vector<std::string>{script});
  EXPECT_EQ(inspect(path, {}, true).findings,
            (std::vector<std::string>{script, "method forward(Tensor x) -> Tensor"}));
}

TEST_F(Files, OwnFormatsAreNamedAndOthersAreNot) {
  const auto path = folder_ / "weights";
  write_safetensors(path, {{"a", torch::ones({1})}}, {{"format", "sgilo draws 1"}});
  EXPECT_EQ(inspect(path).findings, std::vector<std::string>{"sgilo draws 1"});
  write_safetensors(path, {{"a", torch::ones({1})}}, {{"format", "pt"}});
  EXPECT_EQ(inspect(path).findings, std::vector<std::string>{"no model that is known here"});
}

TEST_F(Files, AReportListsTensorsWithTypesAndShapes) {
  const auto path = folder_ / "weights";
  write_torch_zip(path, {{"a", torch::ones({2, 3})},
                         {"bb", torch::ones({4}, torch::kInt64)},
                         {"c", torch::ones({}, torch::kBFloat16)}});
  const FileReport report = inspect(path);
  EXPECT_EQ(report.bytes, std::filesystem::file_size(path));
  EXPECT_EQ(text(report, 2),
            concat(path.string(), "\n  format   PyTorch zip, ", report.bytes, " bytes\n  sha256   ",
                   report.sha256,
                   "\n  holds    no model that is known here\n  tensors  3, 11 numbers, 58 bytes\n"
                   "    a   float32  [2, 3]\n    bb  int64  [4]\n"
                   "    and 1 more (--rows 0 lists all)\n"));
  EXPECT_TRUE(text(report, 0).ends_with("    c   bfloat16  []\n"));
  const Json json = to_json(report);
  EXPECT_EQ(json["tensors"]["bb"], (Json{{"type", "int64"}, {"shape", {4}}}));
  EXPECT_EQ(json["holds"], Json({"no model that is known here"}));
}

// A generator's file of any layout, its image before and after.
class Conversion : public Files {
 protected:
  // z of 6 numbers, as the tiny generator's.
  void expect_same_image(const std::string& output) {
    EXPECT_TRUE(torch::equal(image_of(generator_), image_of(output)));
  }
};

TEST_F(Conversion, OfEveryLayoutLoadsEqualToTheBit) {
  const std::string output = folder_ / "out.safetensors";
  const StateDict state = tiny_generator_state();
  generator_ = folder_ / "network";
  folder_.put("network",
              nvidia_snapshot(
                  {{"G", {tiny_generator_state(2), {}}},
                   {"G_ema", {state, {{"synthesis.b4.conv1.conv_clamp", pickle::real(0.75)}}}}}));
  EXPECT_EQ(convert(conversion(output), silent_).tensors, state.size());
  expect_same_image(output);
  const auto metadata = read_safetensors(output).metadata;
  EXPECT_EQ(metadata.at("part"), "G_ema.");
  EXPECT_EQ(metadata.at("layout"), "NVIDIA StyleGAN2");
  EXPECT_EQ(metadata.at("conv_clamp"), "0.75");
  EXPECT_EQ(load_generator_file(output).network->synthesis->options.clamp, 0.75);

  write_rosinality_zip(generator_, rosinality_names(state), state.at("mapping.w_avg"));
  convert(conversion(output), silent_);
  expect_same_image(output);
  EXPECT_EQ(read_safetensors(output).metadata.at("layout"), "rosinality StyleGAN2");

  StateDict half;
  for (const auto& [name, tensor] : state) half[name] = tensor.to(torch::kFloat16);
  folder_.put("network", torch_legacy(half));
  const std::string arrays = folder_ / "out.npz";
  convert(conversion(arrays), silent_);
  expect_same_image(arrays);
}

TEST_F(Conversion, ToArraysSaysWhatTheyCannotKeep) {
  generator_ = folder_ / "network";
  write_safetensors(generator_, tiny_generator_state(), {{"conv_clamp", "0.75"}});
  StoppingObserver observer;
  const std::string output = folder_ / "out.npz";
  convert(conversion(output), observer);
  EXPECT_EQ(
      observer.warnings,
      std::vector<std::string>{
          output + ": .npz keeps no limit of the activations; generate with --conv-clamp 0.75"});
}

TEST_F(Conversion, TakesAPartOrEverything) {
  const StateDict state{
      {"a.x", torch::ones({2})}, {"a.y", torch::zeros({1})}, {"b", torch::ones({})}};
  write_torch_zip(generator_, state);
  const std::string output = folder_ / "out.safetensors";
  ConvertOptions o = conversion(output);
  EXPECT_EQ(convert(o, silent_).kind, "tensors");
  EXPECT_EQ(read_safetensors(output).tensors.size(), 3u);
  o.part = "a.";
  EXPECT_EQ(convert(o, silent_).tensors, 2u);
  EXPECT_TRUE(torch::equal(read_safetensors(output).tensors.at("x"), torch::ones({2})));
  write_safetensors(generator_, with_prefix(tiny_generator_state(), "G."));
  o.part = "G.mapping.";
  EXPECT_EQ(convert(o, silent_).kind, "tensors");
  EXPECT_EQ(read_safetensors(output).tensors.count("fc0.weight"), 1u);
}

TEST_F(Conversion, RefusedWritesNothing) {
  const std::string output = folder_ / "out.safetensors";
  const auto files = folder_.count();
  const auto refusal = [&](const ConvertOptions& o) {
    const std::string text = error_text<Error>([&] { convert(o, silent_); });
    EXPECT_EQ(folder_.count(), files) << text;
    return text;
  };
  ConvertOptions o = conversion(output);
  o.part = "D.";
  EXPECT_EQ(refusal(o), generator_ + ": no tensor's name starts with 'D.'");
  o = conversion("");
  EXPECT_EQ(refusal(o), "output must be named");
  o = conversion(output);
  o.input.clear();
  EXPECT_EQ(refusal(o), "input must be named");
  o.input = folder_ / "missing";
  EXPECT_EQ(refusal(o), o.input + ": cannot be read: there is no such file or folder");
  EXPECT_EQ(refusal(conversion(generator_)),
            concat("output must not be an input, but both are ", generator_));
  StateDict state = tiny_generator_state();
  state.erase("synthesis.b8.torgb.bias");
  write_npz(generator_, state);
  EXPECT_EQ(refusal(conversion(output)),
            generator_ + ": tensor 'synthesis.b8.torgb.bias' is missing");
  EXPECT_EQ(refusal(conversion(folder_ / "model")),
            generator_ + ": tensor 'synthesis.b8.torgb.bias' is missing");
  write_npz(generator_, tiny_generator_state(1, 3));
  EXPECT_EQ(refusal(conversion(folder_ / "model")),
            generator_ +
                ": the generator has 3 classes, which a model folder does not know; convert "
                "it to a file and name a class in generate");
  write_torch_zip(generator_, {});
  EXPECT_EQ(refusal(conversion(output)), generator_ + ": it holds no tensor");
}

TEST_F(Conversion, AModelFolderIsSolvedWith) {
  generator_ = folder_ / "network";
  folder_.put("network",
              nvidia_snapshot({{"G_ema",
                                {tiny_generator_state(),
                                 {{"synthesis.b4.conv1.conv_clamp", pickle::integer(2)}}}}}));
  StoppingObserver observer;
  ConvertOptions o = conversion(folder_ / "model");
  o.coordinate_samples = 32;
  EXPECT_EQ(convert(o, observer).kind, "stylegan2");
  EXPECT_EQ(observer.messages,
            std::vector<std::string>{"estimating coordinates from 32 random images"});
  const Model model = load_model(folder_ / "model");
  EXPECT_EQ(model.generator->network()->synthesis->options.clamp, 2);
  EXPECT_EQ(load_generator_file(folder_ / "model/generator.safetensors")
                .network->synthesis->options.clamp,
            2);
  EXPECT_EQ(model_part(folder_ / "model", "generator")["source"], "network");

  SolveOptions solve_options;
  solve_options.measurement = folder_ / "y.safetensors";
  write_measurement(solve_options.measurement,
                    measure_pictures(smooth_pictures(1, 16), {{"a", center_square(16, 16, 16)}},
                                     InpaintingOptions{0.5}, GaussianNoiseOptions{0.05}, 1));
  solve_options.model = folder_ / "model";
  solve_options.output = folder_ / "run";
  CsgmOptions csgm;
  csgm.chains = 1;
  csgm.evaluations = 2;
  solve_options.solver = csgm;
  const SolveResult result = solve(solve_options, RunMode::fresh, observer);
  EXPECT_TRUE(result.finished);
  EXPECT_EQ(result.manifest["evaluations"], 2);
  EXPECT_TRUE(observer.warnings.empty());
}

}  // namespace
}  // namespace sgilo
