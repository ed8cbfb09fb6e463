#include "sgilo/workflows/inspect.h"

#include "sgilo/checkpoint/safetensors.h"
#include "support/error_text.h"
#include "support/network_files.h"
#include "support/script_file.h"
#include "support/tiny_generator.h"
#include "support/tiny_released_model.h"
#include "support/weight_files.h"

namespace sgilo {
namespace {

TEST_F(Files, WhatAFileHoldsIsRecognisedByItsTensors) {
  EXPECT_EQ(inspect(generator_).findings.at(0),
            "StyleGAN2 generator of NVIDIA, 8x8, 2 mapping layers");
  EXPECT_EQ(inspect(folder_ / "z.npy").findings.at(0), "one array");
  write_safetensors(folder_ / "fit.safetensors",
                    {{"mean", torch::zeros({5})}, {"std", torch::ones({5})}});
  EXPECT_EQ(inspect(folder_ / "fit.safetensors").findings.at(0),
            "Gaussian fit of styles, 5 numbers");
  EXPECT_NE(text(to_json(inspect(generator_)), 2).find("more (--rows 0 lists all)"),
            std::string::npos);
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

StateDict encoder_checkpoint(const StateDict& native) {
  StateDict out = with_prefix(rosinality_names(native), "state_dict.decoder.");
  out["state_dict.encoder.input_layer.0.weight"] = torch::ones({4, 3, 3, 3});
  out["latent_avg"] = native.at("mapping.w_avg").unsqueeze(0).repeat({6, 1});
  return out;
}

StateDict other_filter(StateDict native) {
  native["synthesis.b8.resample_filter"] = torch::full({4, 4}, 1.0 / 16);
  return native;
}

TEST_F(Files, WhatIsNoFileOfWeightsIsNamedWithTheVerbThatTakesIt) {
  const auto cat = folder_.put("cat.pt", "\x89PNG\r\n\x1a\n");
  EXPECT_EQ(
      error_text<FormatError>([&] { inspect(cat); }),
      concat(cat.string(),
             ": is an image (PNG), but info says what is in a file of weights or arrays, or a "
             "model folder; measure it first, for example: sgilo measure ",
             cat.string(), " -o cat.safetensors"));
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
       {"StyleGAN2 generator of NVIDIA, 4x4, 1 mapping layer, which is refused: tensor "
        "'mapping.fc0.weight' must have 2 axes above 0, but has shape [1]"}},
      {rosinality_names(native),
       {"StyleGAN2 generator of rosinality, 16x16, 2 mapping layers, without a mean style"}},
      {{{"g.input.input", one},
        {"g.conv1.conv.weight", one},
        {"g.style.1.weight", one},
        {"latent_avg", one}},
       {"StyleGAN2 generator of rosinality, 4x4, 1 mapping layer, in 'g', which is refused: tensor "
        "'style.1.bias' is missing"}},
      {with_prefix(rosinality_names(native), "g_ema.module."),
       {"StyleGAN2 generator of rosinality, 16x16, 2 mapping layers, without a mean style, in "
        "'g_ema.module'"}},
      {encoder_checkpoint(native),
       {"checkpoint of an e4e or pSp encoder: its generator is in 'state_dict.decoder', the "
        "encoder "
        "itself is not run here",
        "StyleGAN2 generator of rosinality, 16x16, 2 mapping layers, in 'state_dict.decoder'"}},
      {other_filter(native),
       {"StyleGAN2 generator of NVIDIA, 16x16, 2 mapping layers, which is refused: tensor "
        "'synthesis.b8.resample_filter' must be the filter [1, 3, 3, 1] with the sum 1, the only "
        "one "
        "that is computed, but is that of [1, 1, 1, 1] with the sum 1"}},
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
       {"StyleGAN2 generator of NVIDIA, 4x4, 0 mapping layers, which is refused: tensor "
        "'mapping.fc0.weight' is missing",
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
  EXPECT_EQ(text(to_json(report), 2),
            concat(path.string(), "\n  format   PyTorch zip, ", report.bytes, " bytes\n  sha256   ",
                   report.sha256,
                   "\n  holds    no model that is known here\n  tensors  3, 11 numbers, 58 bytes\n"
                   "    a   float32  [2, 3]\n    bb  int64  [4]\n"
                   "    and 1 more (--rows 0 lists all)\n"));
  EXPECT_TRUE(text(to_json(report), 0).ends_with("    c   bfloat16  []\n"));
  const Json json = to_json(report);
  EXPECT_EQ(json["tensors"]["bb"], (Json{{"type", "int64"}, {"shape", {4}}}));
  EXPECT_EQ(json["holds"], Json({"no model that is known here"}));
}

}  // namespace
}  // namespace sgilo
