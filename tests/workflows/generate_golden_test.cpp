// Agreement with the reference generators and score networks, from their own files: mapping,
// truncation, features, images, splits with the skip image dropped, and gradients.
#include <gtest/gtest.h>

#include "sgilo/checkpoint/npy.h"
#include "sgilo/workflows/generate.h"
#include "support/array_files.h"
#include "support/golden_case.h"
#include "support/temporary_folder.h"

namespace sgilo {
namespace {

Observer& silent() {
  static Observer observer;
  return observer;
}

class Runs {
 public:
  Runs(const GoldenCase& golden, std::filesystem::path generator)
      : golden_(golden), generator_(std::move(generator)) {}

  GenerateOptions options() const {
    GenerateOptions o;
    o.generator = generator_.string();
    o.output = folder_ / "out.npy";
    return o;
  }
  // An input array of the case, or one that this test wrote.
  std::string input(const std::string& name) const { return golden_.path(name + ".npy").string(); }
  std::string keep(const std::string& name, const Tensor& tensor) const {
    const std::string path = folder_ / (name + ".npy");
    write_npy(path, tensor);
    return path;
  }
  Tensor run(const GenerateOptions& o) const {
    generate(o, silent());
    return read_npy(o.output);
  }
  // The gradients by name, and "loss" and "image".
  std::map<std::string, Tensor> gradients(GenerateOptions o) const {
    o.gradient_target = input("target");
    o.output = folder_ / "gradients";
    std::map<std::string, Tensor> out;
    for (const auto& [path, tensor] : generate(o, silent()).written)
      out[std::filesystem::path(path).stem().string()] = read_npy(path);
    return out;
  }
  std::string noise_files() const {
    std::string all = "files:";
    for (int j = 0; std::filesystem::exists(golden_.path(two_digits("noise_", j) + ".npy")); ++j)
      all += (j ? "," : "") + input(two_digits("noise_", j));
    return all;
  }
  static std::string two_digits(const std::string& start, int j) {
    return concat(start, j < 10 ? "0" : "", j);
  }

 private:
  const GoldenCase& golden_;
  std::filesystem::path generator_;
  TemporaryFolder folder_;
};

class NvidiaSnapshot : public ::testing::TestWithParam<std::string> {};

TEST_P(NvidiaSnapshot, AgreesInEveryQuantity) {
  SGILO_GOLDEN_CASE(golden, GetParam());
  for (const auto& item : golden.manifest().at("files").items()) {  // pickle and state dict
    const Runs runs(golden, golden.path(item.key()));
    StyleGan2 network = load_generator_file(golden.path(item.key())).network;
    const Tensor z = golden["z"];
    golden.expect("w_psi1", network->styles(z));
    golden.expect("w_psi07", network->styles(z, 0.7));
    golden.expect("w_psi07_cutoff3", network->styles(z, 0.7, 3));

    GenerateOptions from_z = runs.options();
    from_z.z = runs.input("z");
    from_z.truncation = 0.7;
    GenerateOptions from_styles = runs.options();
    from_styles.styles = runs.input("ws");
    if (item.key().ends_with(".pt")) {  // a state dict does not keep the limit of the activations
      const Json& kwargs = golden.params().at("synk");
      from_z.conv_clamp = from_styles.conv_clamp =
          kwargs.value("conv_clamp", Json()).is_number() ? kwargs["conv_clamp"].get<double>() : 0;
    }
    golden.expect("img_from_z_psi07", runs.run(from_z));
    golden.expect("img_const", runs.run(from_styles));
    GenerateOptions without_noise = from_styles;
    without_noise.noise = "none";
    golden.expect("img_none", runs.run(without_noise));
    for (std::int64_t b = 0; golden.has_output(concat("x", b, "_const")); ++b) {
      GenerateOptions part = from_styles;
      part.to_block = b;
      part.output_skip = part.output + ".rgb.npy";
      golden.expect(concat("x", b, "_const"), runs.run(part));
      golden.expect(concat("rgb", b, "_const"), read_npy(part.output_skip));
    }
    const auto gradients = runs.gradients(from_styles);
    golden.expect("loss", gradients.at("loss"));
    golden.expect("grad_ws", gradients.at("styles"));
    for (int j = 0; gradients.count(Runs::two_digits("noise_", j)); ++j) {
      const std::int64_t r =
          network->synthesis->options.resolution(SynthesisOptions::block_of_noise(j));
      golden.expect(concat("grad_b", r, j % 2 == 1 ? "_conv0" : "_conv1", "_noise_const"),
                    gradients.at(Runs::two_digits("noise_", j)));
    }
  }
  golden.expect_everything_compared();
}

INSTANTIATE_TEST_SUITE_P(Golden, NvidiaSnapshot,
                         ::testing::Values("01_nv_r16_nhwc_fp16", "01_nv_r32_map2_clamp",
                                           "01_nv_r32_map8", "01_nv_r32_w512"),
                         [](const auto& test) { return test.param; });

// The released programs count blocks from 0 and drop the skip image where a run starts inside.
class Fork : public ::testing::TestWithParam<std::string> {};

TEST_P(Fork, AgreesInSplitsAndGradients) {
  SGILO_GOLDEN_CASE(golden, GetParam());
  const bool ilo = golden.params().contains("checkpoint");
  const Runs runs(golden, golden.path(golden.params().at(ilo ? "checkpoint" : "pickle")));
  const std::string styles = ilo ? "latent" : "ws";
  GenerateOptions whole = runs.options();
  whole.styles = runs.input(styles);
  whole.noise = runs.noise_files();
  golden.expect("img_full", runs.run(whole));
  if (golden.has_output("img_full_noclamp")) {
    GenerateOptions free = whole;
    free.conv_clamp = 0;
    golden.expect("img_full_noclamp", runs.run(free));
  }
  std::vector<std::string> features;  // files of feat_end{k}
  for (std::int64_t k = 0; k < golden.params().at("num_blocks").get<std::int64_t>(); ++k) {
    GenerateOptions part = whole;
    part.to_block = k;
    part.output_skip = part.output + ".rgb.npy";
    const Tensor left = runs.run(part);
    features.push_back(runs.keep(concat("feat_end", k), left));
    if (golden.has_output(concat("feat_end", k))) golden.expect(concat("feat_end", k), left);
    if (golden.has_output(concat("skip_end", k)))
      golden.expect(concat("skip_end", k), read_npy(part.output_skip));
    if (k == 0) continue;
    GenerateOptions later = whole;
    later.from_block = k;
    later.features = features[static_cast<std::size_t>(k - 1)];
    golden.expect(concat("img_start", k), runs.run(later));
    const std::string both = concat("start", k, "_end", k);
    if (golden.has_output("feat_" + both)) {
      later.to_block = k;
      later.output_skip = part.output_skip;
      golden.expect("feat_" + both, runs.run(later));
      if (golden.has_output("skip_" + both))
        golden.expect("skip_" + both, read_npy(later.output_skip));
    }
  }
  for (const int start : {0, 1, 2, 3}) {
    const std::string s = concat("s", start, "_");
    if (!golden.has_output(s + "loss")) continue;
    GenerateOptions o = whole;
    o.from_block = start;
    if (start > 0) o.features = features[static_cast<std::size_t>(start - 1)];
    const auto gradients = runs.gradients(o);
    golden.expect(s + "loss", gradients.at("loss"));
    golden.expect(s + "grad_" + styles, gradients.at("styles"));
    if (start > 0) golden.expect(s + "grad_layer_in", gradients.at("features"));
    for (const auto& [name, gradient] : gradients)
      if (name.starts_with("noise_")) golden.expect(s + "grad_" + name, gradient);
  }
  golden.expect_everything_compared();
}

INSTANTIATE_TEST_SUITE_P(Golden, Fork,
                         ::testing::Values("01b_fork_nv_r16_nhwc_fp16",
                                           "01b_fork_nv_r32_map2_clamp", "01b_fork_nv_r32_map8",
                                           "01b_fork_nv_r32_w512", "02b_ilo_ros_r16_mlp4",
                                           "02b_ilo_ros_r32"),
                         [](const auto& test) { return test.param; });

class Rosinality : public ::testing::TestWithParam<std::string> {};

TEST_P(Rosinality, AgreesInEveryQuantity) {
  SGILO_GOLDEN_CASE(golden, GetParam());
  for (const auto& item : golden.manifest().at("files").items()) {
    const Runs runs(golden, golden.path(item.key()));
    StyleGan2 network = load_generator_file(golden.path(item.key())).network;
    golden.expect("w", network->mapping->forward(golden["z"]));
    GenerateOptions from_z = runs.options();
    from_z.z = runs.input("z");
    golden.expect("img_z", runs.run(from_z));
    if (item.key().starts_with("converted")) {  // training files have no mean style
      from_z.truncation = 0.7;
      golden.expect("img_z_trunc07", runs.run(from_z));
    }
    GenerateOptions from_styles = runs.options();
    from_styles.styles = runs.input("latent");
    golden.expect("img_const", runs.run(from_styles));
    from_styles.noise = "none";
    golden.expect("img_nonoise", runs.run(from_styles));
    Tensor mixed = network->styles(golden["z"]).clone();
    const Tensor second = network->styles(golden["z2"]);
    mixed.slice(1, 3).copy_(second.slice(1, 3));
    GenerateOptions mix = runs.options();
    mix.styles = runs.keep("mixed", mixed);
    golden.expect("img_mix3", runs.run(mix));
  }
  golden.expect_everything_compared();
}

INSTANTIATE_TEST_SUITE_P(Golden, Rosinality, ::testing::Values("02_ros_r16_mlp4", "02_ros_r32"),
                         [](const auto& test) { return test.param; });

class ReleasedScore : public ::testing::TestWithParam<std::string> {};

TEST_P(ReleasedScore, AgreesInEveryQuantity) {
  SGILO_GOLDEN_CASE(golden, GetParam());
  const TemporaryFolder folder;
  const std::vector<double> times = golden.params().at("t_values").get<std::vector<double>>();
  const Shape shape = golden.params().at("image_shape").get<Shape>();
  for (const auto& item : golden.manifest().at("files").items()) {
    EvaluateScoreOptions o;
    o.network = golden.path(item.key()).string();
    o.input = golden.path("x.npy").string();
    o.output = folder / "out.npy";
    const auto evaluated = [&](std::vector<double> t, bool raw) {
      o.t = std::move(t);
      o.raw = raw;
      evaluate_score(o, silent());
      return read_npy(o.output);
    };
    const Tensor mixed = golden["t_mixed"];
    std::vector<double> mixed_times;
    for (std::int64_t i = 0; i < mixed.numel(); ++i)
      mixed_times.push_back(mixed.flatten()[i].item<double>());
    for (std::size_t i = 0; i < times.size(); ++i) {
      golden.expect(concat("net_t", i), evaluated({times[i]}, true));
      golden.expect(concat("score_t", i), evaluated({times[i]}, false));
    }
    golden.expect("net_tmixed", evaluated(mixed_times, true));
    golden.expect("score_tmixed", evaluated(mixed_times, false));

    const ReleasedTransformer network = released_score_of(open_released_score(o.network), shape);
    std::vector<Tensor> hidden;
    network.forward(golden["x"], mixed, &hidden);
    golden.expect("time_embedding_tmixed", network.time_embedding(mixed));
    golden.expect("tokens_in", hidden.at(0));
    golden.expect("after_attn0", hidden.at(1));
    golden.expect("after_ff0", hidden.at(2));
    const auto product = [&](const auto& function) {
      Tensor x = golden["x"].requires_grad_(true);
      (function(x) * golden["v"]).sum().backward();
      return x.grad();
    };
    golden.expect("vjp_net_tmixed",
                  product([&](const Tensor& x) { return network.forward(x, mixed); }));
    golden.expect("vjp_score_t1", product([&](const Tensor& x) {
                    return released_score(network, Sde())(x, torch::full({x.size(0)}, times[1]));
                  }));
  }
  golden.expect_everything_compared();
}

INSTANTIATE_TEST_SUITE_P(Golden, ReleasedScore,
                         ::testing::Values("03_vit_64x4x4", "03_vit_latent_48x10x1_h2",
                                           "03_vit_odd_12x3x3", "03_vit_patch2_6x4x4"),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace sgilo
