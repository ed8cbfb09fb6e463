#include "sgilo/workflows/generate.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <utility>

#include "sgilo/checkpoint/npy.h"
#include "sgilo/checkpoint/safetensors.h"
#include "support/array_files.h"
#include "support/error_text.h"
#include "support/recording_observer.h"
#include "support/temporary_folder.h"
#include "support/tiny_generator.h"
#include "support/tiny_released_model.h"
#include "support/torch_files.h"

namespace sgilo {
namespace {

// Equal but for the order of sums, which depends on how tensors lie in memory.
bool close(const Tensor& a, const Tensor& b) { return torch::allclose(a, b, 1e-5, 1e-5); }

class Generate : public testing::Test {
 protected:
  Generate() : network_(tiny_generator()), synthesis_(network_->synthesis) {
    options_.generator = (folder_ / "network").string();
    write_safetensors(options_.generator, state_of(*network_));
    options_.z = keep("z", z_);
    options_.output = (folder_ / "out.npy").string();
  }

  // Writes an array and returns its path.
  std::string keep(const std::string& name, const Tensor& tensor) const {
    const std::string path = (folder_ / (name + ".npy")).string();
    write_npy(path, tensor);
    return path;
  }
  Tensor run() const {
    generate(options_, observer_);
    return read_npy(options_.output);
  }
  Tensor ws() { return network_->styles(z_); }
  // The image by the network itself.
  Tensor image(const Tensor& ws, const Noises& noises) {
    return synthesis_->run({}, ws, noises, 0, 2).skip;
  }
  Noises constant() const { return synthesis_->constant_noises(); }
  std::string refusal() const {
    return error_text<ConfigError>([&] { generate(options_, observer_); });
  }

  TemporaryFolder folder_;
  StyleGan2 network_;
  SynthesisNetwork synthesis_;
  Tensor z_ = RandomStreams(2).normal({2, 6});
  GenerateOptions options_;
  mutable RecordingObserver observer_;
};

const std::string kNoChecksums =
    ": its records have no checksums, so that damage cannot be noticed";

TEST_F(Generate, WarnsOnceOfWhatTheFileLacks) {
  run();
  EXPECT_TRUE(observer_.warnings.empty());
  write_torch_zip_without_checksums(options_.generator, state_of(*network_));
  run();
  EXPECT_EQ(observer_.warnings, std::vector<std::string>{options_.generator + kNoChecksums});
}

TEST_F(Generate, MakesTheImageOfRandomInputs) {
  const GenerateResult result = generate(options_, observer_);
  EXPECT_EQ(result.layout, "NVIDIA StyleGAN2");
  ASSERT_EQ(result.written.size(), 1u);
  EXPECT_EQ(result.written[0].first, options_.output);
  EXPECT_EQ(result.written[0].second.sizes(), (torch::IntArrayRef{2, 3, 16, 16}));
  EXPECT_TRUE(close(read_npy(options_.output), image(ws(), constant())));
}

TEST_F(Generate, TruncatesTowardsTheMeanStyle) {
  const Tensor mean = network_->mapping->w_avg;
  options_.truncation = 0.6;
  EXPECT_TRUE(torch::allclose(run(), image(0.4 * mean + 0.6 * ws(), constant()), 1e-4, 1e-4));
  options_.truncation_cutoff = 2;
  Tensor cut = ws().clone();
  cut.narrow(1, 0, 2).copy_(0.4 * mean + 0.6 * ws().narrow(1, 0, 2));
  EXPECT_TRUE(torch::allclose(run(), image(cut, constant()), 1e-4, 1e-4));
}

TEST_F(Generate, TakesStylesInPlaceOfRandomInputs) {
  const Tensor styles = RandomStreams(4).normal({2, 6, 6});
  options_.z.clear();
  options_.styles = keep("styles", styles.to(torch::kFloat64));
  EXPECT_TRUE(close(run(), image(styles, constant())));
}

TEST_F(Generate, NoiseIsTheFilesNoneOrGiven) {
  options_.noise = "none";
  EXPECT_TRUE(close(run(), image(ws(), {})));
  EXPECT_FALSE(torch::allclose(run(), image(ws(), constant()), 1e-2, 1e-2));
  // Of every shape that is accepted.
  Noises given;
  for (const Shape& shape :
       {Shape{4, 4}, Shape{2, 8, 8}, Shape{1, 8, 8}, Shape{2, 1, 16, 16}, Shape{1, 1, 16, 16}})
    given.push_back(RandomStreams(5).child(given.size()).normal(shape));
  options_.noise = "files:";
  for (std::size_t j = 0; j < given.size(); ++j)
    options_.noise += (j ? "," : "") + keep(concat("noise_", j), given[j]);
  Noises used = given;
  for (const std::size_t j : {1, 2}) used[j] = used[j].unsqueeze(1);
  EXPECT_TRUE(close(run(), image(ws(), used)));
}

TEST_F(Generate, ClampsActivationsAsTheFileOrTheOptionsSay) {
  options_.conv_clamp = 0.2;
  options_.to_block = 1;
  EXPECT_FLOAT_EQ(run().abs().max().item<float>(), 0.2f);
  write_safetensors(options_.generator, state_of(*network_), {{"conv_clamp", "0.3"}});
  options_.conv_clamp = -1;
  EXPECT_FLOAT_EQ(run().abs().max().item<float>(), 0.3f);
  options_.conv_clamp = 0;
  EXPECT_GT(run().abs().max().item<float>(), 0.5f);
}

TEST_F(Generate, StopsAndStartsBetweenBlocks) {
  const Tensor whole = run();
  options_.to_block = 0;
  const std::string skip = (folder_ / "skip.npy").string();
  options_.output_skip = skip;
  const GenerateResult left = generate(options_, observer_);
  ASSERT_EQ(left.written.size(), 2u);
  const Tensor features = left.written[0].second;
  const BlockState state = synthesis_->run({}, ws(), constant(), 0, 0);
  EXPECT_TRUE(close(read_npy(options_.output), state.features));
  EXPECT_TRUE(close(read_npy(skip), state.skip));

  options_.features = keep("features", features);
  options_.from_block = 1;
  options_.to_block = -1;
  options_.output_skip.clear();
  options_.skip_rgb = skip;  // carried
  EXPECT_TRUE(close(run(), whole));
  options_.skip_rgb.clear();  // dropped: its part of the image, which is linear in it, is not there
  const Tensor dropped = run();
  const Tensor part = synthesis_->run(state, ws(), constant(), 1, 2).skip -
                      synthesis_->run({state.features, {}}, ws(), constant(), 1, 2).skip;
  EXPECT_GT(part.abs().max().item<float>(), 0.1f);
  EXPECT_TRUE(torch::allclose(dropped + part, whole, 1e-4, 1e-4));

  options_.to_block = 1;  // a block alone
  EXPECT_TRUE(
      torch::allclose(run(), synthesis_->run(state, ws(), constant(), 1, 1).features, 1e-5, 1e-5));
}

// 0.5 sum((image - target)^2) at changed inputs, against the gradients of those that matter most.
class Gradients : public Generate {
 protected:
  Gradients() {
    target_ = RandomStreams(6).normal({2, 3, 16, 16});
    options_.gradient_target = keep("target", target_);
    options_.z.clear();
    options_.noise = "files:";
    inputs_["styles"] = RandomStreams(4).normal({2, 6, 6});
    for (int j = 0; j < 5; ++j) {
      const std::int64_t r = 4 << ((j + 1) / 2);
      inputs_[concat("noise_0", j)] =
          RandomStreams(5).child(static_cast<std::uint64_t>(j)).normal({2, r, r});
      options_.noise += concat(j ? "," : "", (folder_ / concat("noise_0", j, ".npy")).string());
    }
    for (const auto& [name, tensor] : inputs_) keep(name, tensor);
    options_.styles = (folder_ / "styles.npy").string();
  }

  double loss() const {
    GenerateOptions o = options_;
    o.gradient_target.clear();
    o.output = (folder_ / "moved.npy").string();
    generate(o, observer_);
    return 0.5 * (read_npy(o.output).to(torch::kFloat64) - target_).square().sum().item<double>();
  }
  void expect_gradient_of(const std::string& name, const Tensor& gradient) const {
    const Tensor& at = inputs_.at(name);
    ASSERT_EQ(gradient.sizes(), at.sizes()) << name;
    const double largest = gradient.abs().max().item<double>();
    ASSERT_GT(largest, 0.1) << name;
    const std::int64_t steepest = gradient.abs().argmax().item<std::int64_t>();
    for (const std::int64_t i : {steepest, at.numel() / 2 + 1}) {
      constexpr double kStep = 1e-2;
      const auto moved = [&](double by) {
        Tensor other = at.clone();
        other.view(-1)[i] += by;
        keep(name, other);
        return loss();
      };
      const double difference = (moved(kStep) - moved(-kStep)) / (2 * kStep);
      keep(name, at);
      EXPECT_NEAR(gradient.reshape(-1)[i].item<double>(), difference, 0.02 * largest)
          << name << " " << i;
    }
  }
  std::map<std::string, Tensor> gradients() {
    options_.output = (folder_ / "gradients").string();
    std::map<std::string, Tensor> out;
    for (const auto& [path, tensor] : generate(options_, observer_).written)
      out[std::filesystem::path(path).stem().string()] = read_npy(path);
    return out;
  }

  Tensor target_;
  std::map<std::string, Tensor> inputs_;
};

TEST_F(Gradients, AreThoseOfStylesAndNoises) {
  const auto all = gradients();
  ASSERT_EQ(all.size(), 2u + 1 + 5);
  EXPECT_NEAR(all.at("loss").item<double>(), loss(), 1e-4 * loss());
  Noises noises;
  for (int j = 0; j < 5; ++j) noises.push_back(inputs_.at(concat("noise_0", j)).unsqueeze(1));
  EXPECT_TRUE(close(all.at("image"), image(inputs_.at("styles"), noises)));
  for (const auto& [name, tensor] : inputs_) expect_gradient_of(name, all.at(name));
}

TEST_F(Gradients, OfALaterBlockAreThoseOfItsFeaturesToo) {
  options_.from_block = 2;
  inputs_["features"] = RandomStreams(7).normal({2, 4, 8, 8});
  options_.features = keep("features", inputs_.at("features"));
  const auto all = gradients();
  EXPECT_FALSE(all.count("noise_02"));  // of blocks before
  for (const char* name : {"styles", "features", "noise_03", "noise_04"})
    expect_gradient_of(name, all.at(name));
  EXPECT_TRUE(torch::equal(all.at("styles").narrow(1, 0, 3), torch::zeros({2, 3, 6})));
}

TEST_F(Gradients, WithoutNoiseHaveNone) {
  options_.noise = "none";
  const auto all = gradients();
  EXPECT_EQ(all.size(), 3u);
  expect_gradient_of("styles", all.at("styles"));
}

TEST_F(Generate, NamesAClassOfAConditionalGenerator) {
  StyleGan2 conditional = tiny_generator(1, 3);
  EXPECT_EQ((options_.class_index = 0, refusal()),
            "class 0 is named, but the generator has no classes");
  write_safetensors(options_.generator, state_of(*conditional));
  const auto made = [&](std::int64_t index) {
    options_.class_index = index;
    return run();
  };
  Tensor labels = torch::zeros({2, 3});
  labels.select(1, 1).fill_(1);
  EXPECT_TRUE(close(made(1), conditional->synthesis
                                 ->run({}, conditional->styles(z_, 1, -1, labels), constant(), 0, 2)
                                 .skip));
  EXPECT_FALSE(torch::allclose(made(1), made(2), 1e-2, 1e-2));
  EXPECT_EQ((options_.class_index = 3, refusal()), "class must be from 0 to 2, but is 3");
  EXPECT_EQ((options_.class_index = -1, refusal()),
            "the generator has 3 classes, and none is named");
}

TEST_F(Generate, RefusesInOneSentenceAndWritesNothing) {
  const GenerateOptions sound = options_;
  const std::string narrow = keep("narrow", torch::zeros({2, 5})),
                    features = keep("features", torch::zeros({2, 5, 4, 4})),
                    small = keep("small", torch::zeros({2, 3, 8, 8})),
                    missing = (folder_ / "missing.npy").string();
  using O = GenerateOptions;
  const struct {
    std::function<void(O&)> change;
    std::string sentence;
  } cases[] = {
      {[](O& o) { o.generator.clear(); }, "generator must be named"},
      {[](O& o) { o.z.clear(); }, "z or styles must be named"},
      {[](O& o) { o.styles = o.z; }, "z and styles are named, but only one of them can be"},
      {[](O& o) { o.truncation_cutoff = 99; },
       "truncation_cutoff must be at most the 6 style rows, but is 99"},
      {[](O& o) { o.to_block = -5; }, "to_block must be at least -1, but is -5"},
      {[](O& o) { o.conv_clamp = -7; }, "conv_clamp must be -1 or at least 0, but is -7.0"},
      {[](O& o) { o.output = "out.png"; }, "output must end in .npy or be -, but is out.png"},
      {[&](O& o) { o.z = narrow; }, "z must have shape [N, 6], but has [2, 5]"},
      {[&](O& o) {
         o.z.clear();
         o.styles = narrow;
       },
       "styles must have shape [N, 6, 6], but has [2, 5]"},
      {[&](O& o) {
         o.styles = std::exchange(o.z, "");
         o.truncation = 0.5;
       },
       "truncation, truncation_cutoff and class act on z, but styles are named"},
      {[](O& o) { o.noise = "random"; },
       "noise must be const, none or files:a.npy,b.npy,..., but is 'random'"},
      {[&](O& o) { o.noise = "files:" + narrow + "," + narrow; },
       "noise must name 5 files, one per layer, but names 2"},
      {[&](O& o) {
         o.noise = "files:" + narrow;
         for (int j = 0; j < 4; ++j) o.noise += "," + narrow;
       },
       "noise 0 must have shape [4, 4], [2, 4, 4] or [2, 1, 4, 4], but has [2, 5]"},
      {[](O& o) { o.from_block = 1; },
       "features must be named with from_block of at least 1, and only then"},
      {[&](O& o) { o.features = features; },
       "features must be named with from_block of at least 1, and only then"},
      {[&](O& o) { o.skip_rgb = small; },
       "skip_rgb continues the image of blocks before from_block, which is 0"},
      {[&](O& o) {
         o.from_block = 2;
         o.features = features;
       },
       "features of layer 2 must have shape [2, 4, 8, 8], but has [2, 5, 4, 4]"},
      {[&](O& o) {
         o.from_block = 1;
         o.features = features;
         o.skip_rgb = small;
       },
       "skip_rgb must have shape [2, 3, 4, 4], but has [2, 3, 8, 8]"},
      {[](O& o) { o.to_block = 3; }, "blocks 0 to 3 are asked for, but the generator has 0 to 2"},
      {[](O& o) { o.output_skip = "skip.npy"; }, "output_skip needs to_block"},
      {[](O& o) {
         o.to_block = 1;
         o.output_skip = o.output;
       },
       concat("output and output_skip must be two files, but both are ", sound.output)},
      {[&](O& o) {
         o.gradient_target = small;
         o.output = (folder_ / "gradients").string();
       },
       "gradient_target must have shape [2, 3, 16, 16], but has [2, 3, 8, 8]"},
      {[&](O& o) {
         o.gradient_target = small;
         o.to_block = 1;
       },
       "gradient_target compares images, so that to_block cannot be named with it"},
      {[](O& o) {
         o.noise = "files:a.npy," + o.z;
         o.output = o.z;
       },
       concat("output must not be an input, but both are ", sound.z)},
      {[](O& o) { o.output = o.generator; },
       concat("output must not be an input, but both are ", sound.generator)},
      {[](O& o) {
         o.to_block = 1;
         o.output_skip = o.z;
       },
       concat("output must not be an input, but both are ", sound.z)},
  };
  const auto files = folder_.count();
  for (const auto& c : cases) {
    options_ = sound;
    c.change(options_);
    EXPECT_EQ(refusal(), c.sentence);
    EXPECT_EQ(folder_.count(), files) << c.sentence;
  }
  const auto unreadable = [&](const std::function<void(O&)>& change) {
    options_ = sound;
    change(options_);
    EXPECT_EQ(error_text<FormatError>([&] { generate(options_, observer_); }),
              missing + ": cannot be read: there is no such file or folder");
    EXPECT_EQ(folder_.count(), files);
  };
  unreadable([&](O& o) { o.generator = missing; });
  unreadable([&](O& o) { o.z = missing; });
  unreadable([&](O& o) { o.noise = "files:" + missing + ",,,,"; });
  unreadable([&](O& o) {
    o.gradient_target = missing;
    o.output = (folder_ / "gradients").string();
  });
}

TEST_F(Generate, NumbersThatAreNotFiniteAreRefusedAndNothingIsWritten) {
  const GenerateOptions sound = options_;
  const double bad[] = {std::nan(""), INFINITY, -INFINITY};
  const Tensor z = z_.clone(), styles = torch::zeros({2, 6, 6}),
               features = torch::zeros({2, 5, 4, 4}), image = torch::zeros({2, 3, 16, 16}),
               skip = torch::zeros({2, 3, 4, 4}), noise = torch::zeros({4, 4});
  const std::string eight = keep("eight", torch::zeros({8, 8})),
                    sixteen = keep("sixteen", torch::zeros({16, 16}));
  const std::string others = concat(",", eight, ",", eight, ",", sixteen, ",", sixteen);
  for (const double value : bad)
    for (const Tensor& tensor : {z, styles, features, image, skip, noise}) {
      options_ = sound;
      tensor.view(-1)[1] = value;
      const std::string file = keep("bad", tensor);
      if (tensor.is_same(z)) options_.z = file;
      if (tensor.is_same(styles)) options_.styles = file, options_.z.clear();
      if (tensor.is_same(features)) options_.features = file, options_.from_block = 1;
      if (tensor.is_same(skip))
        options_.features = keep("features", torch::zeros({2, 5, 4, 4})), options_.from_block = 1,
        options_.skip_rgb = file;
      if (tensor.is_same(image))
        options_.gradient_target = file, options_.output = (folder_ / "gradients").string();
      if (tensor.is_same(noise)) options_.noise = concat("files:", file, others);
      const auto files = folder_.count();
      EXPECT_EQ(error_text<FormatError>([&] { generate(options_, observer_); }),
                concat(file, ": must hold finite numbers, but 1 of its ", tensor.numel(),
                       " are nan or infinite"));
      EXPECT_EQ(folder_.count(), files);
    }
}

TEST_F(Generate, AResultThatOverflowsIsRefusedAndNothingIsWritten) {
  options_.z.clear();
  options_.styles = keep("styles", torch::full({2, 6, 6}, 1e38));
  const auto files = folder_.count();
  EXPECT_EQ(error_text<NumericError>([&] { generate(options_, observer_); }),
            concat("what would be written to ", options_.output, " is not finite"));
  options_.gradient_target = keep("target", torch::zeros({2, 3, 16, 16}));
  options_.output = (folder_ / "gradients").string();
  error_text<NumericError>([&] { generate(options_, observer_); });
  EXPECT_EQ(folder_.count(), files + 1);  // the target
}

TEST_F(Generate, MakesGreyImagesToo) {
  StyleGan2Options options;
  options.mapping = {.z_dim = 6, .w_dim = 6, .layers = 2};
  options.synthesis = {.w_dim = 6, .widths = {5, 4, 3}, .clamp = 0, .channels = 1};
  StyleGan2 grey(options);
  write_safetensors(options_.generator, state_of(*grey));
  const torch::NoGradGuard no_grad;
  const Tensor expected =
      grey->synthesis->run({}, grey->styles(z_), grey->synthesis->constant_noises(), 0, 2).skip;
  EXPECT_TRUE(close(run(), expected));
  EXPECT_EQ(expected.sizes(), (torch::IntArrayRef{2, 1, 16, 16}));
}

TEST_F(Generate, PlanNamesWhatItWouldDo) {
  const auto files = folder_.count();
  EXPECT_EQ(plan(options_),
            concat("would run the NVIDIA StyleGAN2 generator of ", options_.generator,
                   " on 2 row(s) and write ", options_.output, "\n"));
  EXPECT_EQ(folder_.count(), files);
  options_.noise = "some";
  EXPECT_EQ(error_text<ConfigError>([&] { plan(options_); }),
            "noise must be const, none or files:a.npy,b.npy,..., but is 'some'");
}

class EvaluateScore : public testing::Test {
 protected:
  EvaluateScore() : network_(released_score_weights({3, 4, 4}), {3, 4, 4}) {
    options_.network = (folder_ / "network").string();
    write_safetensors(options_.network, released_score_weights({3, 4, 4}));
    options_.input = (folder_ / "x.npy").string();
    write_npy(options_.input, x_);
    options_.output = (folder_ / "out.npy").string();
    options_.sde.kind = SdeKind::ve;
  }
  Tensor run() const {
    const Tensor out = evaluate_score(options_, observer_);
    EXPECT_TRUE(torch::equal(read_npy(options_.output), out));
    return out;
  }

  TemporaryFolder folder_;
  ReleasedTransformer network_;
  Tensor x_ = RandomStreams(3).normal({2, 3, 4, 4});
  EvaluateScoreOptions options_;
  mutable RecordingObserver observer_;
};

TEST_F(EvaluateScore, WarnsOnceOfWhatTheFileLacks) {
  run();
  EXPECT_TRUE(observer_.warnings.empty());
  write_torch_zip_without_checksums(options_.network, released_score_weights({3, 4, 4}));
  run();
  EXPECT_EQ(observer_.warnings, std::vector<std::string>{options_.network + kNoChecksums});
}

TEST_F(EvaluateScore, IsTheNetworksOutputOverMinusTheDeviation) {
  options_.t = {0.3};
  options_.raw = true;
  const Tensor raw = run();
  EXPECT_TRUE(torch::equal(raw, network_.forward(x_, torch::full({2}, 0.3f))));
  options_.raw = false;
  EXPECT_TRUE(torch::allclose(run(), -raw / Sde(options_.sde).std(0.3), 1e-5, 1e-6));
}

TEST_F(EvaluateScore, TakesATimeForEachRow) {
  options_.t = {0.3};
  const Tensor first = run();
  options_.t = {0.8};
  const Tensor second = run();
  options_.t = {0.3, 0.8};
  const Tensor both = run();
  EXPECT_TRUE(torch::allclose(both[0], first[0], 1e-5, 1e-6));
  EXPECT_TRUE(torch::allclose(both[1], second[1], 1e-5, 1e-6));
  EXPECT_FALSE(torch::allclose(first[1], second[1], 1e-2, 1e-2));
}

TEST_F(EvaluateScore, GivesTheDensityOfItsProbabilityFlow) {
  options_.density = (folder_ / "density.npy").string();
  options_.flow = {.divergence = Divergence::exact, .first_t = 0.3};
  run();
  const Tensor density = read_npy(options_.density);
  ASSERT_EQ(density.sizes(), (torch::IntArrayRef{2}));
  const Sde sde(options_.sde);
  Observer silent;
  const Tensor expected = flow_density(released_score(network_, sde), sde, x_, options_.flow,
                                       {RandomStreams(1), RandomStreams(2)}, silent)
                              .log_density;
  EXPECT_TRUE(torch::allclose(density, expected, 1e-3, 1e-2));
  EXPECT_FALSE(torch::allclose(density[0], density[1], 1e-3, 1e-2));
}

// 1 - e^{2m} is 0 in float32 before t = 3e-7; the deviation is about sqrt(0.1 t).
TEST_F(EvaluateScore, IsFiniteAtTheSmallestTimes) {
  options_.sde.kind = SdeKind::vp;
  for (const double t : {1e-5, 2e-6, 1e-7, 1e-9, 1e-20}) {
    options_.t = {t};
    options_.raw = true;
    const Tensor raw = run();
    options_.raw = false;
    EXPECT_TRUE(torch::allclose(run(), -raw / Sde(options_.sde).std(t), 1e-2, 0)) << t;
  }
  options_.t = {1e-60};
  EXPECT_EQ(error_text<ConfigError>([&] { evaluate_score(options_, observer_); }),
            "t must be a time at which the deviation of vp (beta 0.1 to 20) is a number above 0 in "
            "float32, but is 1e-60");
}

TEST_F(EvaluateScore, NumbersThatAreNotFiniteAreRefusedAndNothingIsWritten) {
  options_.t = {0.3};
  const auto files = folder_.count();
  write_npy(options_.input, torch::full({2, 3, 4, 4}, std::nan("")));
  EXPECT_EQ(error_text<FormatError>([&] { evaluate_score(options_, observer_); }),
            options_.input + ": must hold finite numbers, but 96 of its 96 are nan or infinite");
  write_npy(options_.input, x_);
  StateDict weights = released_score_weights({3, 4, 4});
  weights["projector.bias"] = torch::full({3}, INFINITY);
  write_safetensors(options_.network, weights);
  EXPECT_EQ(error_text<FormatError>([&] { evaluate_score(options_, observer_); }),
            options_.network +
                ": tensor 'projector.bias' must hold finite numbers, but 3 of its 3 are "
                "nan or infinite");
  weights["projector.bias"] = torch::full({3}, 3e38);
  write_safetensors(options_.network, weights);
  options_.sde.std_min = 1e-3;
  options_.t = {1e-3};
  EXPECT_EQ(error_text<NumericError>([&] { evaluate_score(options_, observer_); }),
            "the network's output is not finite");
  EXPECT_EQ(folder_.count(), files);
}

TEST_F(EvaluateScore, TheNetworkIsFoundBehindAnyPrefix) {
  options_.t = {0.3};
  const Tensor expected = run();
  for (const char* prefix : {"module.", "model.", "ema.module.", "state_dict.net."}) {
    write_safetensors(options_.network, with_prefix(released_score_weights({3, 4, 4}), prefix));
    EXPECT_TRUE(torch::equal(run(), expected)) << prefix;
  }
}

TEST_F(EvaluateScore, RefusesInOneSentenceAndWritesNothing) {
  const EvaluateScoreOptions sound = options_;
  const std::string flat = (folder_ / "flat.npy").string(), wide = (folder_ / "wide.npy").string(),
                    missing = (folder_ / "missing").string();
  write_npy(flat, torch::zeros({3, 4, 4}));
  write_npy(wide, torch::zeros({2, 3, 4, 8}));
  const auto files = folder_.count();
  using O = EvaluateScoreOptions;
  const auto refused = [&](const std::function<void(O&)>& change, const std::string& sentence) {
    options_ = sound;
    change(options_);
    EXPECT_EQ(error_text<Error>([&] { evaluate_score(options_, observer_); }), sentence);
    EXPECT_EQ(folder_.count(), files) << sentence;
  };
  refused([](O& o) { o.network.clear(); }, "network must be named");
  refused([](O& o) { o.input.clear(); }, "input must be named");
  refused([&](O& o) { o.input = flat; }, "input must have shape [N, C, H, W], but has [3, 4, 4]");
  refused(
      [&](O& o) { o.input = wide; },
      sound.network + ": tensor 'pos_embedding' must have shape [1, 32, 8], but has [1, 16, 8]");
  refused(
      [](O& o) {
        o.t = {0.1, 0.2, 0.3};
      },
      "t must be one time or one for each of the 2 rows of the input, but has 3");
  refused([&](O& o) { o.network = missing; },
          missing + ": cannot be read: there is no such file or folder");
  refused([](O& o) { o.output = o.input; },
          concat("output must not be an input, but both are ", sound.input));
}

}  // namespace
}  // namespace sgilo
