#include "sgilo/models/stored_constants.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "sgilo/checkpoint/npz.h"
#include "sgilo/checkpoint/safetensors.h"
#include "sgilo/models/network_file.h"
#include "support/error_text.h"
#include "support/network_files.h"
#include "support/temporary_folder.h"
#include "support/tiny_generator.h"

namespace sgilo {
namespace {

Tensor filter(const std::vector<float>& taps) {
  const Tensor row = torch::tensor(taps);
  return torch::outer(row, row) / row.sum().square();
}

class StoredConstant : public testing::Test {
 protected:
  using Attributes = std::map<std::string, std::string>;

  StyleGan2 read() const { return load_generator_file(path_).network; }
  StyleGan2 snapshot(const Attributes& attributes,
                     const StateDict& state = tiny_generator_state()) {
    folder_.put("network", nvidia_snapshot({{"G_ema", {state, attributes}}}));
    return read();
  }
  std::string refusal(const std::function<void()>& call) const {
    const std::string text = error_text<FormatError>(call), where = path_.string() + ": ";
    EXPECT_TRUE(text.starts_with(where)) << text;
    return text.substr(std::min(where.size(), text.size()));
  }
  Tensor w(StyleGan2 network) const {
    const torch::NoGradGuard no_grad;
    return network->mapping->forward(RandomStreams(2).normal({2, 6}));
  }

  TemporaryFolder folder_;
  std::filesystem::path path_ = folder_ / "network";
};

// x (W g)^T + b m by hand, for any g and m of each layer.
TEST_F(StoredConstant, GainsOfTheMappingNetworkAreHonoured) {
  const StateDict state = tiny_generator_state();
  const auto mapped = [&](const std::vector<std::pair<double, double>>& gains) {
    Tensor x = RandomStreams(2).normal({2, 6});
    x = x * (x.square().mean(1, true) + 1e-8).rsqrt();
    for (std::size_t i = 0; i < 2; ++i) {
      const std::string layer = concat("mapping.fc", i);
      x = torch::leaky_relu(x.matmul((state.at(layer + ".weight") * gains[i].first).t()) +
                                state.at(layer + ".bias") * gains[i].second,
                            0.2) *
          std::sqrt(2.0);
    }
    return x;
  };
  const double root = std::sqrt(6.0);
  const auto same = [&](const Attributes& attributes,
                        const std::vector<std::pair<double, double>>& gains) {
    EXPECT_TRUE(torch::allclose(w(snapshot(attributes)), mapped(gains), 1e-4, 1e-3));
  };
  const auto real = [](double value) { return pickle::real(value); };
  same({}, {{0.01 / root, 0.01}, {0.01 / root, 0.01}});
  same({{"mapping.fc0.weight_gain", real(0.1 / root)},
        {"mapping.fc0.bias_gain", real(0.1)},
        {"mapping.fc1.weight_gain", real(0.1 / root)},
        {"mapping.fc1.bias_gain", real(0.1)}},
       {{0.1 / root, 0.1}, {0.1 / root, 0.1}});
  same({{"mapping.fc1.weight_gain", real(0.3)}, {"mapping.fc0.bias_gain", real(2)}},
       {{0.01 / root, 2}, {0.3, 0.01}});
  // Where only the arguments are kept.
  same({{"_init_kwargs", pickle::dict({{pickle::text("mapping_kwargs"),
                                        easy_dict({{"lr_multiplier", real(0.1)}})}})}},
       {{0.1 / root, 0.1}, {0.1 / root, 0.1}});
  write_safetensors(path_, state, {{"lr_multiplier", "0.1"}});
  EXPECT_TRUE(
      torch::allclose(w(read()), mapped({{0.1 / root, 0.1}, {0.1 / root, 0.1}}), 1e-4, 1e-3));
  for (const char* bad : {"0", "-0.1", "nan", "fast"}) {
    write_safetensors(path_, state, {{"lr_multiplier", bad}});
    EXPECT_EQ(refusal([&] { read(); }),
              concat("'lr_multiplier' must be a positive number here, but is \"", bad, "\""));
  }
}

TEST_F(StoredConstant, GainsOfStylesAreHonoured) {
  const StateDict state = tiny_generator_state();
  StyleGan2 plain = snapshot({}),
            twice = snapshot(
                {{"synthesis.b8.conv1.affine.weight_gain", pickle::real(2 / std::sqrt(6.0))},
                 {"synthesis.b8.conv1.affine.bias_gain", pickle::real(3)},
                 {"synthesis.b8.torgb.weight_gain", pickle::real(0.5 * 4 / std::sqrt(4.0))}});
  const StateDict before = state_of(*plain), after = state_of(*twice);
  const auto factor = [&](const std::string& name) {
    return (after.at(name) / before.at(name)).mean().item<double>();
  };
  EXPECT_NEAR(factor("synthesis.b8.conv1.affine.weight"), 2, 1e-5);
  EXPECT_NEAR(factor("synthesis.b8.conv1.affine.bias"), 3, 1e-5);
  EXPECT_NEAR(factor("synthesis.b8.torgb.weight"), 2, 1e-5);
  EXPECT_NEAR(factor("synthesis.b16.conv1.affine.weight"), 1, 1e-12);
}

TEST_F(StoredConstant, WhatContradictsTheComputationIsRefusedByName) {
  const auto text = [](const char* word) { return pickle::text(word); };
  const struct {
    std::string name, value, sentence;
  } cases[] = {
      {"synthesis.b8.conv0.activation", text("relu"), "must be \"lrelu\" here, but is \"relu\""},
      {"synthesis.b8.torgb.affine.activation", text("lrelu"),
       "must be \"linear\" here, but is \"lrelu\""},
      {"mapping.fc1.activation", text("elu"), "must be \"lrelu\" here, but is \"elu\""},
      {"synthesis.b8.architecture", text("resnet"), "must be \"skip\" here, but is \"resnet\""},
      {"synthesis.b16.architecture", text("orig"), "must be \"skip\" here, but is \"orig\""},
      {"synthesis.b8.conv1.act_gain", pickle::real(1), "must be 1.41421 here, but is 1"},
      {"synthesis.b8.conv1.use_noise", pickle::boolean(false), "must be true here, but is false"},
      {"synthesis.b8.conv1.demodulate", pickle::boolean(false), "must be true here, but is false"},
      {"synthesis.b8.conv0.up", pickle::integer(1), "must be 2 here, but is 1"},
      {"synthesis.noise_mode", text("none"), "must be \"const\" here, but is \"none\""},
      {"mapping.normalize_z", pickle::boolean(false), "must be true here, but is false"},
      {"mapping.eps", pickle::real(1e-5), "must be 1e-08 here, but is 1e-05"},
      {"mapping.num_layers", pickle::integer(1), "must be 2 here, but is 1"},
      {"img_resolution", pickle::integer(32), "must be 16 here, but is 32"},
      {"synthesis.b16.conv1.conv_clamp", pickle::integer(-1),
       "must be a positive number here, but is -1"},
      {"synthesis.b16.conv1.conv_clamp", pickle::list({pickle::integer(1), pickle::integer(2)}),
       "must be a positive number here, but is [1,2]"},
      {"mapping.fc0.weight_gain", pickle::none(), "must be a positive number here, but is null"},
  };
  for (const auto& c : cases)
    EXPECT_EQ(refusal([&] {
                snapshot({{c.name, c.value}});
              }),
              concat("'G_ema.", c.name, "' ", c.sentence));
  EXPECT_EQ(refusal([&] {
              snapshot({{"synthesis.b4.conv1.conv_clamp", pickle::integer(256)},
                        {"synthesis.b16.torgb.conv_clamp", pickle::integer(128)}});
            }),
            "'G_ema.synthesis.b16.torgb.conv_clamp' must be the limit of all layers, 256 here, but "
            "is 128");
  EXPECT_EQ(
      refusal([&] {
        snapshot({{"_init_kwargs",
                   pickle::dict({{pickle::text("synthesis_kwargs"),
                                  easy_dict({{"resample_filter",
                                              pickle::list({pickle::integer(1), pickle::integer(2),
                                                            pickle::integer(1)})}})}})}});
      }),
      "'G_ema._init_kwargs.synthesis_kwargs.resample_filter' must be [1, 3, 3, 1] here, but is "
      "[1,2,1]");
}

TEST_F(StoredConstant, WhatAgreesIsAccepted) {
  EXPECT_NO_THROW(snapshot({{"synthesis.b8.conv0.activation", pickle::text("lrelu")},
                            {"synthesis.b8.conv0.act_gain", pickle::real(std::sqrt(2.0))},
                            {"synthesis.b8.architecture", pickle::text("skip")},
                            {"synthesis.b8.conv0.up", pickle::integer(2)},
                            {"synthesis.noise_mode", pickle::text("random")},
                            {"mapping.num_layers", pickle::integer(2)},
                            {"img_resolution", pickle::integer(16)},
                            {"img_channels", pickle::integer(3)},
                            {"c_dim", pickle::integer(0)}}));
}

TEST_F(StoredConstant, AnotherFilterIsRefusedInEveryLayout) {
  const std::string sentence = "' must be the filter [1, 3, 3, 1] with the sum ";
  for (const char* name : {"synthesis.b8.resample_filter", "synthesis.b16.conv0.resample_filter"}) {
    StateDict state = tiny_generator_state();
    state[name] = filter({1, 2, 2, 1});
    const std::string expected =
        concat("tensor 'G_ema.", name, sentence,
               "1, the only one that is computed, but is that of [1, 2, 2, 1] with the sum 1");
    EXPECT_EQ(refusal([&] { snapshot({}, state); }), expected);
    write_safetensors(path_, with_prefix(state, "G_ema."));
    EXPECT_EQ(refusal([&] { read(); }), expected);
    state[name] = filter({1, 3, 3, 1}) * 4;
    write_npz(path_, with_prefix(state, "G_ema."));
    EXPECT_EQ(
        refusal([&] { read(); }),
        concat("tensor 'G_ema.", name, sentence,
               "1, the only one that is computed, but is that of [1, 3, 3, 1] with the sum 4"));
    state[name] = torch::ones({1, 1});
    write_npz(path_, with_prefix(state, "G_ema."));
    EXPECT_EQ(refusal([&] { read(); }),
              concat("tensor 'G_ema.", name,
                     "' must be the filter [1, 3, 3, 1] of shape [4, 4], but has shape [1, 1]"));
    for (const Tensor& known : {filter({1, 3, 3, 1}), filter({1, 3, 3, 1}).to(torch::kFloat16)}) {
      state[name] = known;
      EXPECT_NO_THROW(snapshot({}, state));
    }
  }
  for (const char* name : {"convs.2.conv.blur.kernel", "to_rgbs.1.upsample.kernel"}) {
    StateDict state = rosinality_names(tiny_generator_state());
    state[name] = 4 * filter({1, 2, 2, 1});
    write_rosinality_zip(path_, state, {});
    EXPECT_EQ(
        refusal([&] { read(); }),
        concat("tensor 'g_ema.", name, sentence,
               "4, the only one that is computed, but is that of [1, 2, 2, 1] with the sum 4"));
  }
}

TEST_F(StoredConstant, LayersOfAnotherProgramAreRefusedByName) {
  for (const char* name : {"convs.0.conv.skip.weight", "style.1.scale", "to_rgbs.0.gain"}) {
    StateDict state = rosinality_names(tiny_generator_state());
    state[name] = torch::ones({1});
    write_rosinality_zip(path_, state, {});
    EXPECT_EQ(refusal([&] { read(); }),
              concat("tensor '", name, "' belongs to no part of the network"));
  }
}

}  // namespace
}  // namespace sgilo
