#include "sgilo/workflows/convert.h"

#include <cmath>

#include "sgilo/checkpoint/safetensors.h"
#include "sgilo/workflows/measure.h"
#include "sgilo/workflows/solve.h"
#include "support/error_text.h"
#include "support/network_files.h"
#include "support/tiny_generator.h"
#include "support/tiny_model.h"
#include "support/weight_files.h"

namespace sgilo {
namespace {

// A generator's file of any layout, its image before and after.
class Conversion : public Files {
 protected:
  ConvertOptions conversion(const std::string& output) {
    ConvertOptions o;
    o.input = generator_;
    o.output = output;
    o.coordinate_samples = 8;
    return o;
  }
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

TEST_F(Conversion, KeepsTheLimitOfActivationsInEveryForm) {
  generator_ = folder_ / "network";
  folder_.put(
      "network",
      nvidia_snapshot(
          {{"G",
            {tiny_generator_state(2), {{"synthesis.b4.conv1.conv_clamp", pickle::real(0.25)}}}},
           {"G_ema",
            {tiny_generator_state(), {{"synthesis.b4.conv1.conv_clamp", pickle::real(0.75)}}}}}));
  const auto clamp = [](const std::string& file) {
    return load_generator_file(file).network->synthesis->options.clamp;
  };
  for (const std::string name : {"out.safetensors", "out.npz"}) {
    const std::string output = folder_ / name;
    ConvertOptions o = conversion(output);
    for (const std::string part : {"", "G_ema", "G_ema."}) {
      o.part = part;
      EXPECT_EQ(convert(o, silent_).kind, "stylegan2");
      expect_same_image(output);
      EXPECT_EQ(clamp(output), 0.75);
    }
    o.part = "G";  // not the start of G_ema
    convert(o, silent_);
    EXPECT_EQ(clamp(output), 0.25);
  }
}

TEST_F(Conversion, OfAGeneratorWithoutAMeanStyleKeepsTheEstimatedOne) {
  generator_ = folder_ / "network";
  write_rosinality_zip(generator_, rosinality_names(tiny_generator_state()), {});
  const GeneratorFile file = load_generator_file(generator_);
  EXPECT_TRUE(file.mean_estimated);
  MappingNetwork mapping = file.network->mapping;
  const Tensor drawn = mapping->forward(torch::randn({20000, 6}));
  EXPECT_LT((file.network->mapping->w_avg - drawn.mean(0)).abs().max().item<double>(),
            5 * drawn.std(0).max().item<double>() / std::sqrt(4096.0));
  const std::string output = folder_ / "out.safetensors";
  convert(conversion(output), silent_);
  EXPECT_TRUE(torch::equal(load_generator_file(output).network->mapping->w_avg,
                           file.network->mapping->w_avg));
}

TEST_F(Conversion, TakesAPartOrEverything) {
  const StateDict state{
      {"a.x", torch::ones({2})}, {"a.y", torch::zeros({1})}, {"b", torch::ones({})}};
  write_torch_zip(generator_, state);
  const std::string output = folder_ / "out.safetensors";
  ConvertOptions o = conversion(output);
  EXPECT_EQ(convert(o, silent_).kind, "tensors");
  EXPECT_EQ(read_safetensors(output).tensors.size(), 3u);
  o.part = "a";
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
  const Model model = load_model({(folder_ / "model").string()}, {});
  EXPECT_EQ(stylegan2_of(model).network()->synthesis->options.clamp, 2);
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

TEST_F(Conversion, ConvertingThenLoadingEqualsLoadingToTheBit) {
  const std::string output = folder_ / "out.safetensors";
  EXPECT_EQ(convert(conversion(output), silent_).kind, "stylegan2");
  EXPECT_TRUE(torch::equal(image_of(generator_), image_of(output)));
  const SafetensorsFile file = read_safetensors(output);
  EXPECT_EQ(file.metadata.at("source"), "generator.npz");
  EXPECT_EQ(file.metadata.at("source_sha256").size(), 64U);
}

TEST_F(Conversion, AGeneratorBecomesAModelFolder) {
  convert(conversion(folder_ / "model"), silent_);
  EXPECT_TRUE(
      torch::equal(image_of(generator_), image_of(folder_ / "model/generator.safetensors")));
}

// Gains that differ from the network's are in the converted weights, which need no word beside
// them.
TEST_F(Conversion, KeepsTheGainsOfTheFile) {
  generator_ = folder_ / "network";
  folder_.put("network", nvidia_snapshot({{"G_ema",
                                           {tiny_generator_state(),
                                            {{"mapping.fc0.weight_gain", pickle::real(0.05)},
                                             {"mapping.fc0.bias_gain", pickle::real(0.1)}}}}}));
  const Tensor expected = image_of(generator_);
  for (const std::string name : {"out.safetensors", "out.npz", "model"}) {
    convert(conversion(folder_ / name), silent_);
    const std::string made = folder_ / (name == "model" ? "model/generator.safetensors" : name);
    EXPECT_TRUE(torch::equal(image_of(made), expected)) << name;
  }
}

TEST_F(Conversion, APartOfAWrappedGeneratorIsOne) {
  const std::string output = folder_ / "out.safetensors";
  generator_ = folder_ / "network";
  write_torch_zip(generator_, with_prefix(tiny_generator_state(), "g_ema.module."));
  for (const std::string part : {"", "g_ema", "g_ema.module"}) {
    ConvertOptions o = conversion(output);
    o.part = part;
    EXPECT_EQ(convert(o, silent_).kind, "stylegan2") << part;
    expect_same_image(output);
  }
}

TEST_F(Conversion, RefusesWeightsThatAreNotFiniteButNotArrays) {
  const auto output = folder_ / "out.safetensors";
  generator_ = folder_ / "network";
  for (const double bad : {std::nan(""), static_cast<double>(INFINITY)}) {
    for (const auto type : {torch::kFloat32, torch::kFloat16, torch::kFloat64, torch::kBFloat16}) {
      write_torch_zip(generator_, {{"net.a", torch::full({2}, bad).to(type)}});
      EXPECT_EQ(
          error_text<FormatError>([&] { convert(conversion(output), silent_); }),
          generator_ +
              ": tensor 'net.a' must hold finite numbers, but 2 of its 2 are nan or infinite");
      EXPECT_FALSE(std::filesystem::exists(output));
    }
    write_npz(generator_, {{"a", torch::full({2}, bad)}});
    EXPECT_EQ(convert(conversion(output), silent_).kind, "tensors");
    std::filesystem::remove(output);
  }
}

TEST_F(Conversion, AGeneratorOfGreyImagesBecomesAFileButNoFolder) {
  StyleGan2Options options;
  options.mapping = {.z_dim = 6, .w_dim = 6, .layers = 2};
  options.synthesis = {.w_dim = 6, .widths = {5, 4}, .clamp = 0, .channels = 1};
  write_npz(generator_, state_of(*StyleGan2(options)));
  const std::string output = folder_ / "out.safetensors";
  convert(conversion(output), silent_);
  expect_same_image(output);
  EXPECT_EQ(error_text<ConfigError>([&] { convert(conversion(folder_ / "model"), silent_); }),
            generator_ +
                ": the generator's images have 1 channel(s), but a model folder is of images "
                "of 3; convert it to a file and run it with generate");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "model"));
}

TEST_F(Conversion, StoppedLeavesNothing) {
  StoppingObserver observer(1);
  const auto files = folder_.count();
  EXPECT_FALSE(convert(conversion(folder_ / "model"), observer).finished);
  EXPECT_EQ(folder_.count(), files);
}

TEST_F(Conversion, AFolderNeedsAGenerator) {
  write_npz(generator_, {{"a", torch::zeros({1})}});
  EXPECT_THROW(convert(conversion(folder_ / "model"), silent_), ConfigError);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "model"));
}

TEST_F(Conversion, OutputsAreNamedByTheirEnding) {
  for (const std::string name : {"x.pt", "x.npy", "X.SAFETENSORS", "-"})
    EXPECT_EQ(error_text<ConfigError>([&] { convert(conversion(name), silent_); }),
              "output must end in .safetensors or .npz, or name a folder (with / at its end when "
              "its name has a dot), but is " +
                  name);
  const std::string nowhere = folder_ / "none/out.npz";
  EXPECT_EQ(error_text<ConfigError>([&] { plan(conversion(nowhere)); }),
            nowhere + ": cannot be written, there is no folder " + (folder_ / "none").string());
  folder_.put("used", "x");
  EXPECT_EQ(
      error_text<ConfigError>([&] { plan(conversion(folder_ / "used")); }),
      (folder_ / "used").string() + ": is there already; name a folder that is not, or remove it");
}

// Its header says what was measured and how; tensors alone are no measurement.
TEST_F(Conversion, AMeasurementIsRefused) {
  ConvertOptions o = conversion(folder_ / "out.safetensors");
  o.input = folder_ / "y.safetensors";
  write_measurement(o.input,
                    measure_pictures(smooth_pictures(1, 16), {{"a", center_square(16, 16, 16)}},
                                     InpaintingOptions{0.5}, GaussianNoiseOptions{0.1}, 1));
  EXPECT_EQ(error_text<FormatError>([&] { convert(o, silent_); }),
            o.input +
                ": is a measurement (safetensors), but convert takes a file of weights or "
                "arrays; solve takes it, for example: sgilo solve " +
                o.input + " -o run");
}

}  // namespace
}  // namespace sgilo
