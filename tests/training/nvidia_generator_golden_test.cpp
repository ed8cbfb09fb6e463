// Agreement with the NVIDIA StyleGAN2-ADA semantics: networks, inputs, values and gradients
// recorded with the reference program (tests/golden/ORIGIN.md).
#include <gtest/gtest.h>

#include <set>

#include "sgilo/checkpoint/safetensors.h"
#include "sgilo/core/options_json.h"
#include "sgilo/generator/stylegan2.h"

namespace sgilo {
namespace {

class NvidiaGenerator : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    file_ = read_safetensors(std::string(SGILO_SOURCE_DIR) + "/tests/golden/" + GetParam() +
                             ".safetensors");
    network_ = stylegan2_from_state(with_prefix_removed(file_.tensors, "network."));
    const std::string clamp = file_.metadata.at("conv_clamp");
    if (clamp != "None") network_->synthesis->options.clamp = std::stod(clamp);
    tolerances_ = Json::parse(file_.metadata.at("tolerances"));
    for (Tensor& parameter : network_->parameters()) parameter.requires_grad_(false);
  }

  Tensor input(const std::string& name) { return file_.tensors.at("input." + name); }

  // |got - want| <= atol + rtol |want|, elementwise.
  void expect(const std::string& name, const Tensor& got) {
    const Tensor want = file_.tensors.at("expected." + name);
    ASSERT_EQ(got.sizes(), want.sizes()) << name;
    const double atol = tolerances_[name][0], rtol = tolerances_[name][1];
    const double worst = ((got - want).abs() / (atol + rtol * want.abs())).max().item<double>();
    EXPECT_LE(worst, 1.0) << name << ": error in units of the tolerance";
    compared_.insert(name);
  }

  void expect_everything_compared() {
    for (const auto& item : tolerances_.items())
      EXPECT_TRUE(compared_.count(item.key())) << item.key();
  }

  SafetensorsFile file_;
  StyleGan2 network_{nullptr};
  Json tolerances_;
  std::set<std::string> compared_;
};

TEST_P(NvidiaGenerator, AgreesInEveryRecordedQuantity) {
  SynthesisNetwork synthesis = network_->synthesis;
  const Tensor z = input("z"), ws = input("ws");
  expect("w_psi1", network_->styles(z));
  expect("w_psi07", network_->styles(z, 0.7));
  expect("w_psi07_cutoff3", network_->styles(z, 0.7, 3));

  const Noises constant = synthesis->constant_noises();
  BlockState state;
  for (std::int64_t b = 0; b < synthesis->options.blocks(); ++b) {
    state = synthesis->run(state, ws, constant, b, b);
    expect(concat("x", b, "_const"), state.features);
    expect(concat("rgb", b, "_const"), state.skip);
  }
  expect("img_none", synthesis->forward(ws, {}));
  expect("img_from_z_psi07", synthesis->forward(network_->styles(z, 0.7), constant));

  const Tensor leaf = ws.clone().requires_grad_(true);
  Noises leaves;
  for (const Tensor& noise : constant) leaves.push_back(noise.clone().requires_grad_(true));
  const Tensor image = synthesis->forward(leaf, leaves);
  expect("img_const", image.detach());
  const Tensor loss = 0.5 * (image - input("target")).square().sum();
  expect("loss", loss.detach().reshape(file_.tensors.at("expected.loss").sizes()));
  loss.backward();
  expect("grad_ws", leaf.grad());
  for (std::size_t j = 0; j < leaves.size(); ++j) {
    const std::int64_t b = SynthesisOptions::block_of_noise(static_cast<std::int64_t>(j));
    const bool up = j % 2 == 1;
    expect(concat("grad_b", synthesis->options.resolution(b), up ? "_conv0" : "_conv1",
                  "_noise_const"),
           leaves[j].grad());
  }
  expect_everything_compared();
}

INSTANTIATE_TEST_SUITE_P(Recorded, NvidiaGenerator, ::testing::Values("nvidia_r16", "nvidia_r32"),
                         [](const auto& case_name) { return case_name.param; });

}  // namespace
}  // namespace sgilo
