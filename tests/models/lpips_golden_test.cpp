// LPIPS against the reference program: its released linear weights, a VGG16 of generated numbers
// and two images.
#include <cmath>

#include "sgilo/checkpoint/read_checkpoint.h"
#include "sgilo/metrics/lpips.h"
#include "support/golden_case.h"

namespace sgilo {
namespace {

// The generator of the manifest's backbone_formula: splitmix64 from seed + i.
Tensor uniform_numbers(std::uint64_t seed, const Shape& shape, double scale) {
  const Tensor out = torch::empty(shape);
  float* values = out.data_ptr<float>();
  for (std::int64_t i = 0; i < out.numel(); ++i) {
    std::uint64_t z = seed + static_cast<std::uint64_t>(i) + 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    z ^= z >> 31;
    values[i] = static_cast<float>((std::ldexp(static_cast<double>(z >> 11), -52) - 1) * scale);
  }
  return out;
}

StateDict generated_backbone(const Json& params) {
  StateDict out;
  const auto base = params.at("base").get<std::uint64_t>();
  for (const auto& [name, layer] : params.at("layers").items()) {
    const auto index = std::stoull(name.substr(name.find('.') + 1));
    const Shape shape = layer.at("shape").get<Shape>();
    const double bound = std::sqrt(6 / (static_cast<double>(shape[1]) * 9));
    out[name + ".weight"] = uniform_numbers(base + ((2 * index) << 32), shape, bound);
    out[name + ".bias"] = uniform_numbers(base + ((2 * index + 1) << 32), {shape[0]}, 0.1);
    const auto first = [](const Tensor& x) {
      return x.flatten().narrow(0, 0, 5).to(torch::kFloat64);
    };
    const auto numbers = [](const Json& json) {
      return torch::tensor(json.get<std::vector<double>>(), torch::kFloat64);
    };
    EXPECT_TRUE(torch::equal(first(out[name + ".weight"]), numbers(layer.at("weight_first5"))));
    EXPECT_TRUE(torch::equal(first(out[name + ".bias"]), numbers(layer.at("bias_first5"))));
  }
  return out;
}

TEST(LpipsGolden, AgreesWithTheReference) {
  SGILO_GOLDEN_CASE(golden, "06_lpips");
  const Lpips lpips(open_checkpoint(golden.path("vgg.pth")).state(),
                    generated_backbone(golden.params()));
  const Tensor pred = golden["pred"].requires_grad_(), target = golden["target"];
  const std::vector<Tensor> features = lpips.features(pred);
  const Tensor per_layer = lpips.per_layer(features, lpips.features(target));
  const Tensor distance = lpips.distance(pred, target);
  golden.expect("per_layer", per_layer);
  golden.expect("distance", distance.view({-1, 1, 1, 1}));
  golden.expect("grad_pred", torch::autograd::grad({distance.mean()}, {pred})[0]);
  std::vector<Tensor> means;
  for (const Tensor& map : features) means.push_back(map.abs().mean({1, 2, 3}));
  golden.expect("feat_absmean_pred", torch::stack(means));
  using torch::indexing::Slice;
  golden.expect("relu1_2_ch0_7",
                features[0].index({Slice(0, 1), Slice(0, 8), Slice(0, 16), Slice(0, 16)}));
  golden.expect("relu5_3", features[4].index({Slice(0, 1), Slice(0, 64)}));
  golden.expect_everything_compared();
}

}  // namespace
}  // namespace sgilo
