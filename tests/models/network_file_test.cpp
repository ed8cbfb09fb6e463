#include "sgilo/models/network_file.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "sgilo/checkpoint/npz.h"
#include "sgilo/checkpoint/safetensors.h"
#include "support/error_text.h"
#include "support/network_files.h"
#include "support/temporary_folder.h"
#include "support/tiny_generator.h"
#include "support/tiny_released_model.h"

namespace sgilo {
namespace {

Tensor image(StyleGan2 network) {
  const torch::NoGradGuard no_grad;
  return network->synthesis->forward(network->styles(RandomStreams(2).normal({2, 6}), 0.7),
                                     network->synthesis->constant_noises());
}

// One path for every file, so that its name says nothing of its format.
class NetworkFile : public testing::Test {
 protected:
  GeneratorFile read() const { return load_generator_file(path_); }
  std::string refusal() const {
    return error_text<FormatError>([&] { read(); });
  }
  void put(const std::string& content) const { folder_.put("network", content); }
  // What a refusal begins with.
  std::string named(const std::string& text) const { return concat(path_.string(), ": ", text); }

  TemporaryFolder folder_;
  std::filesystem::path path_ = folder_ / "network";
};

void expect_generator(const GeneratorFile& file, const std::string& layout,
                      const std::string& prefix, std::uint64_t seed = 1) {
  EXPECT_EQ(file.layout, layout);
  EXPECT_EQ(file.prefix, prefix);
  EXPECT_TRUE(torch::allclose(image(file.network), image(tiny_generator(seed)), 1e-5, 1e-5));
  for (const Tensor& parameter : file.network->parameters())
    EXPECT_FALSE(parameter.requires_grad());
}

TEST_F(NetworkFile, AGeneratorIsRecognisedByItsContentInEveryFormat) {
  const std::string nvidia = "NVIDIA StyleGAN2";
  StateDict state = tiny_generator_state();
  const Tensor taps = torch::tensor({1.f, 3.f, 3.f, 1.f});
  for (const char* layer : {"b8", "b8.conv0", "b16.conv0", "b16"})
    state[concat("synthesis.", layer, ".resample_filter")] = torch::outer(taps, taps) / 64;
  state["synthesis.b4.conv1.resample_filter"] = torch::ones({4, 4});  // not used
  put(nvidia_snapshot({{"G_ema", {state, {}}}}));
  expect_generator(read(), nvidia, "G_ema.");
  put(nvidia_pickle(state));
  expect_generator(read(), nvidia, "G_ema.");
  write_torch_zip(path_, state);  // generator_state_dict.pt
  expect_generator(read(), nvidia, "");
  put(torch_legacy(state));
  expect_generator(read(), nvidia, "");
  write_safetensors(path_, with_prefix(state, "G."));
  expect_generator(read(), nvidia, "G.");
  write_npz(path_, state);
  expect_generator(read(), nvidia, "");
}

TEST_F(NetworkFile, ARosinalityCheckpointIsRecognised) {
  const StateDict native = tiny_generator_state();
  const StateDict g_ema = rosinality_names(native);
  write_rosinality_zip(path_, g_ema, native.at("mapping.w_avg"));
  expect_generator(read(), "rosinality StyleGAN2", "g_ema.");
  write_rosinality_zip(path_, g_ema, {});  // of training: no mean style
  EXPECT_TRUE(read().mean_estimated);
  put(torch_legacy(g_ema));
  EXPECT_EQ(read().prefix, "");
}

TEST_F(NetworkFile, WeightsOfHalfPrecisionAreReadAsFloat32) {
  StateDict state = tiny_generator_state();
  for (auto& [name, tensor] : state) tensor = tensor.to(torch::kFloat16);
  write_torch_zip(path_, state);
  for (const auto& [name, tensor] : state_of(*read().network)) {
    EXPECT_EQ(tensor.scalar_type(), torch::kFloat32) << name;
    EXPECT_TRUE(torch::equal(tensor, state.at(name).to(torch::kFloat32))) << name;
  }
}

// As training with channels last leaves them.
TEST_F(NetworkFile, StridesOfWeightsAreHonoured) {
  StateDict state = tiny_generator_state();
  for (auto& [name, tensor] : state)
    if (tensor.dim() == 4) tensor = tensor.contiguous(torch::MemoryFormat::ChannelsLast);
  state["mapping.fc0.weight"] = state["mapping.fc0.weight"].t().contiguous().t();
  put(nvidia_snapshot({{"G_ema", {state, {}}}}));
  expect_generator(read(), "NVIDIA StyleGAN2", "G_ema.");
}

TEST_F(NetworkFile, TheAveragedGeneratorComesFirst) {
  const StateDict trained = tiny_generator_state(1), averaged = tiny_generator_state(2);
  put(nvidia_snapshot({{"G", {trained, {}}}, {"G_ema", {averaged, {}}}}));
  expect_generator(read(), "NVIDIA StyleGAN2", "G_ema.", 2);
  put(nvidia_snapshot({{"G", {trained, {}}}}));
  expect_generator(read(), "NVIDIA StyleGAN2", "G.", 1);
  StateDict both = with_prefix(rosinality_names(trained), "g.");
  both.merge(with_prefix(rosinality_names(averaged), "g_ema."));
  both["latent_avg"] = averaged.at("mapping.w_avg");
  write_safetensors(path_, both);
  expect_generator(read(), "rosinality StyleGAN2", "g_ema.", 2);
}

TEST_F(NetworkFile, TheLimitOfActivationsIsTheFiles) {
  const StateDict state = tiny_generator_state();
  const auto clamp_with = [&](const std::map<std::string, std::string>& attributes) {
    put(nvidia_snapshot({{"G_ema", {state, attributes}}}));
    return read().network->synthesis->options.clamp;
  };
  const std::string in_layer = "synthesis.b4.conv1.conv_clamp";
  const auto in_arguments = [](const std::string& value) {
    return std::pair(
        std::string("_init_kwargs"),
        pickle::dict({{pickle::text("synthesis_kwargs"), easy_dict({{"conv_clamp", value}})}}));
  };
  EXPECT_EQ(clamp_with({}), 0);
  EXPECT_EQ(clamp_with({{in_layer, pickle::integer(256)}}), 256);
  EXPECT_EQ(clamp_with({{in_layer, pickle::real(0.5)}}), 0.5);
  EXPECT_LE(read()
                .network->synthesis->run({}, torch::zeros({1, 6, 6}), {}, 0, 0)
                .features.abs()
                .max()
                .item<double>(),
            0.5);
  EXPECT_EQ(clamp_with({{in_layer, pickle::none()}}), 0);
  EXPECT_EQ(clamp_with({in_arguments(pickle::integer(64))}), 64);
  EXPECT_EQ(clamp_with({in_arguments(pickle::integer(64)), {in_layer, pickle::none()}}), 0);
  write_safetensors(path_, state, {{"conv_clamp", "0.25"}});  // as convert leaves it
  EXPECT_EQ(read().network->synthesis->options.clamp, 0.25);
}

// Wrappers of training put a word in front of every name, others a part around them.
TEST_F(NetworkFile, AGeneratorIsFoundBehindAnyPrefix) {
  const StateDict native = tiny_generator_state();
  for (const std::string prefix :
       {"module.", "model.", "generator.", "netG.", "g_ema.module.", "state_dict.G.", "ema.net."}) {
    write_torch_zip(path_, with_prefix(native, prefix));
    expect_generator(read(), "NVIDIA StyleGAN2", prefix);
    StateDict other = with_prefix(rosinality_names(tiny_generator_state()), prefix);
    other["latent_avg"] = native.at("mapping.w_avg");
    write_torch_zip(path_, other);
    expect_generator(read(), "rosinality StyleGAN2", prefix);
  }
  StateDict both = with_prefix(native, "first.");
  both.merge(with_prefix(tiny_generator_state(2), "second.g_ema.module."));
  write_torch_zip(path_, both);
  expect_generator(read(), "NVIDIA StyleGAN2", "second.g_ema.module.", 2);  // the averaged one
  both = with_prefix(native, "first.");
  both.merge(with_prefix(tiny_generator_state(2), "second."));
  write_torch_zip(path_, both);
  EXPECT_EQ(
      refusal(),
      named(concat("holds the generators 'first', 'second'; bring the one that is meant into a "
                   "file of its own, for example: sgilo convert ",
                   path_.string(), " --part first -o generator.safetensors")));
}

// As e4e and pSp keep it: a row for each style row, beside the part.
TEST_F(NetworkFile, EqualRowsOfAMeanStyleAreOneStyle) {
  const StateDict native = tiny_generator_state();
  const Tensor mean = native.at("mapping.w_avg");
  StateDict state = with_prefix(rosinality_names(native), "state_dict.decoder.");
  for (const std::string name :
       {"latent_avg", "state_dict.latent_avg", "state_dict.decoder.latent_avg"}) {
    StateDict all;
    for (const auto& [key, tensor] : state) all[key] = tensor.clone();
    all[name] = mean.unsqueeze(0).repeat({6, 1});
    write_torch_zip(path_, all);
    expect_generator(read(), "rosinality StyleGAN2", "state_dict.decoder.");
    EXPECT_FALSE(read().mean_estimated);
    EXPECT_TRUE(torch::equal(read().network->mapping->w_avg, mean));
  }
  Tensor rows = torch::zeros({6, 6});
  rows[5][0] = 0.5;
  state["latent_avg"] = rows;
  write_torch_zip(path_, state);
  EXPECT_EQ(refusal(), named("tensor 'latent_avg' must be one style or equal rows of it, but is 6 "
                             "rows that differ by up to 0.5"));
}

TEST_F(NetworkFile, WeightsThatAreNotFiniteAreNamed) {
  const double infinity = std::numeric_limits<double>::infinity();
  for (const double bad : {std::nan(""), infinity, -infinity}) {
    StateDict state = tiny_generator_state();
    state["synthesis.b8.conv1.weight"][0][0][1][1] = bad;
    write_torch_zip(path_, with_prefix(state, "G_ema."));
    EXPECT_EQ(refusal(), named("tensor 'G_ema.synthesis.b8.conv1.weight' must hold finite numbers, "
                               "but 1 of its 144 are nan or infinite"));
  }
  StateDict state = tiny_generator_state();
  state["mapping.fc0.bias"] = torch::full({6}, 1e300, torch::kFloat64);  // beyond float32
  write_torch_zip(path_, state);
  EXPECT_EQ(refusal(),
            named("tensor 'mapping.fc0.bias' must hold finite numbers, but 6 of its 6 are "
                  "nan or infinite"));
  state = rosinality_names(tiny_generator_state());
  state["latent_avg"] = torch::full({6}, std::nan(""));
  write_torch_zip(path_, state);
  EXPECT_EQ(refusal(), named("tensor 'latent_avg' must hold finite numbers, but 6 of its 6 are nan "
                             "or infinite"));
}

TEST_F(NetworkFile, AGeneratorOfGreyImagesIsRead) {
  StyleGan2Options options;
  options.mapping = {.z_dim = 6, .w_dim = 6, .layers = 2};
  options.synthesis = {.w_dim = 6, .widths = {5, 4, 3}, .clamp = 0, .channels = 1};
  StyleGan2 grey(options);
  write_torch_zip(path_, state_of(*grey));
  EXPECT_TRUE(torch::allclose(image(read().network), image(grey), 1e-5, 1e-5));
  EXPECT_EQ(image(read().network).sizes(), (torch::IntArrayRef{2, 1, 16, 16}));
  write_torch_zip(path_, rosinality_names(state_of(*grey)));
  EXPECT_EQ(read().network->synthesis->options.channels, 1);
}

TEST_F(NetworkFile, AFileOfAnotherKindIsNamedByItsKind) {
  put("\x89PNG\r\n\x1a\n and so on");
  EXPECT_EQ(refusal(), named(concat("is an image (PNG), but a generator is a file of weights; "
                                    "measure it first, for example: sgilo measure ",
                                    path_.string(), " -o network.safetensors")));
}

TEST_F(NetworkFile, OtherGeneratorsAreRefusedByName) {
  const StateDict third{{"synthesis.input.freqs", torch::ones({4, 2})},
                        {"synthesis.input.transform", torch::eye(3)},
                        {"mapping.fc0.weight", torch::ones({6, 6})}};
  for (const char* key : {"G", "G_ema"}) {
    put(nvidia_snapshot({{key, {third, {}}}}));
    EXPECT_EQ(refusal(), named("holds a StyleGAN3 generator, but only StyleGAN2 is known"));
  }
  put(nvidia_snapshot({{"G", {tiny_generator_state(), {}}}, {"G_ema", {third, {}}}}));
  EXPECT_EQ(refusal(), named("holds a StyleGAN3 generator, but only StyleGAN2 is known"));
  write_safetensors(path_, {{"a", torch::ones({2})}});
  EXPECT_EQ(refusal(), named("holds no StyleGAN2 generator: neither 'synthesis.b4.const' (NVIDIA) "
                             "nor 'input.input' (rosinality) is among its tensors"));
}

// (G, D, Gs), each made by NEWOBJ, by copyreg, or named on the stack (protocol 4).
TEST_F(NetworkFile, PicklesOfTensorFlowAreRefusedByName) {
  const std::string network = pickle::global("dnnlib.tflib.network", "Network");
  const std::string state = pickle::dict({{pickle::text("version"), pickle::integer(4)}});
  const std::string made = pickle::object(network, state);
  const std::string rebuilt =
      pickle::call(pickle::global("copyreg", "_reconstructor"),
                   {network, pickle::global("builtins", "object"), pickle::none()}) +
      state + "b";
  const std::string on_stack =
      pickle::text("dnnlib.tflib.network") + pickle::text("Network") + "\x93)\x81" + state + "b";
  for (const std::string& object : {made, rebuilt, on_stack}) {
    put(pickle::whole(pickle::tuple({object, object, object}), 4));
    EXPECT_EQ(refusal(),
              named("is a StyleGAN pickle of TensorFlow, which is not read: convert it to a "
                    "PyTorch pickle with the legacy.py of StyleGAN2-ADA (PyTorch) first"));
  }
}

TEST_F(NetworkFile, AlmostAGeneratorIsNamedByTheTensorThatIsWrong) {
  StateDict state = tiny_generator_state();
  state.erase("synthesis.b16.torgb.affine.bias");
  put(nvidia_snapshot({{"G_ema", {state, {}}}}));
  EXPECT_EQ(refusal(), named("tensor 'synthesis.b16.torgb.affine.bias' is missing"));
  state = tiny_generator_state();
  state["synthesis.b8.conv0.weight"] = torch::zeros({4, 5, 1, 1});
  write_torch_zip(path_, state);
  EXPECT_EQ(refusal(), named("tensor 'synthesis.b8.conv0.weight' must have shape [4, 5, 3, 3], "
                             "but has [4, 5, 1, 1]"));
  state = tiny_generator_state();
  state["synthesis.b8.skip.weight"] = torch::zeros({4});
  write_safetensors(path_, state);
  EXPECT_EQ(refusal(),
            named("tensor 'synthesis.b8.skip.weight' belongs to no part of the network"));
  for (const char* name : {"mapping.fc0.weight", "mapping.fc1.weight", "synthesis.b4.conv1.bias",
                           "synthesis.b8.conv1.bias", "mapping.w_avg"}) {
    state = tiny_generator_state();
    state[name] = torch::zeros({});
    write_safetensors(path_, state);
    EXPECT_TRUE(refusal().starts_with(named("tensor '"))) << name << refusal();
  }

  StateDict g_ema = rosinality_names(tiny_generator_state());
  g_ema.erase("to_rgbs.0.bias");
  write_rosinality_zip(path_, g_ema, {});
  EXPECT_EQ(refusal(), named("tensor 'to_rgbs.0.bias' is missing"));
  g_ema = rosinality_names(tiny_generator_state());
  g_ema["convs.1.noise.weight"] = torch::zeros({2});
  write_rosinality_zip(path_, g_ema, {});
  EXPECT_EQ(refusal(), named("tensor 'convs.1.noise.weight' must have shape [] behind leading "
                             "ones, but has [2]"));
}

class ScoreFile : public NetworkFile {
 protected:
  std::string refusal(const Shape& shape = {3, 4, 4}) const {
    return error_text<FormatError>([&] { released_score_of(open_released_score(path_), shape); });
  }
};

TEST_F(ScoreFile, AScoreNetworkIsReadWithAndWithoutItsModuleInFront) {
  const StateDict weights = released_score_weights({3, 4, 4});
  const Tensor x = RandomStreams(3).normal({2, 3, 4, 4}), t = torch::tensor({0.2f, 0.7f});
  const Tensor expected = ReleasedTransformer(weights, {3, 4, 4}).forward(x, t);
  const auto output = [&] {
    return released_score_of(open_released_score(path_), {3, 4, 4}).forward(x, t);
  };
  for (const char* prefix : {"", "module."}) {
    const StateDict state = with_prefix(weights, prefix);
    write_torch_zip(path_, state);
    EXPECT_TRUE(torch::equal(output(), expected)) << prefix;
    put(torch_legacy(state));
    EXPECT_TRUE(torch::equal(output(), expected)) << prefix;
    write_safetensors(path_, state);
    EXPECT_TRUE(torch::equal(output(), expected)) << prefix;
  }
}

TEST_F(ScoreFile, AlmostAScoreNetworkIsNamedByTheTensorThatIsWrong) {
  const auto with = [&](const std::string& name, const Tensor& tensor) {
    StateDict state = released_score_weights({3, 4, 4});
    EXPECT_EQ(state.erase(name), 1u);
    if (tensor.defined()) state[name] = tensor;
    write_torch_zip(path_, with_prefix(state, "module."));
    return refusal();
  };
  EXPECT_EQ(with("embed.0.W", {}), named("tensor 'embed.0.W' is missing"));
  EXPECT_EQ(with("transformer.layers.0.1.fn.fn.net.0.bias", torch::zeros({8})),
            named("tensor 'transformer.layers.0.1.fn.fn.net.0.bias' must have shape [32], but has "
                  "[8]"));
  EXPECT_EQ(with("transformer.layers.0.0.fn.fn.to_qkv.weight", torch::zeros({})),
            named("tensor 'transformer.layers.0.0.fn.fn.to_qkv.weight' must have shape [192, 8], "
                  "but has []"));
  const std::string sizes = named(
      "tensors 'pos_embedding' and 'projector.weight' must have shapes [1, tokens, width] and "
      "[channels, width / patch^2], but have ");
  EXPECT_EQ(with("projector.weight", torch::zeros({3, 0})), sizes + "[1, 16, 8] and [3, 0]");
  EXPECT_EQ(with("pos_embedding", torch::zeros({1, 16, 0})), sizes + "[1, 16, 0] and [3, 8]");
  write_torch_zip(path_, released_score_weights({3, 4, 4}));
  EXPECT_EQ(refusal({3, 4, 2}),
            named("tensor 'pos_embedding' must have shape [1, 8, 8], but has [1, 16, 8]"));
}

TEST_F(ScoreFile, PatchesTileTheVariable) {
  StateDict state = released_score_weights({3, 4, 4});
  state["projector.weight"] = torch::zeros({3, 2});  // patches of 2 x 2
  write_safetensors(path_, state);
  EXPECT_EQ(refusal({3, 3, 4}), named("patches of 2 x 2 do not tile 3 x 4"));
}

}  // namespace
}  // namespace sgilo
