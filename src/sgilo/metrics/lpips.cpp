#include "sgilo/metrics/lpips.h"

#include "sgilo/core/error.h"
#include "sgilo/core/shape.h"

namespace sgilo {
namespace {

// The convolutions of VGG16 among torchvision's `features`; ReLUs and poolings take the rest.
const std::vector<std::vector<int>> kBlocks{
    {0, 2}, {5, 7}, {10, 12, 14}, {17, 19, 21}, {24, 26, 28}};

// A finite tensor of this shape, in float64 if it is stored so, else in float32.
Tensor weight_of(const StateDict& state, const std::string& name, torch::IntArrayRef shape) {
  const Tensor& tensor = require_tensor(state, name);
  try {
    require_shape(concat("tensor '", name, "'"), tensor, shape);
    require_finite(concat("tensor '", name, "'"), tensor);
  } catch (const Error& error) {
    throw FormatError(error.what());
  }
  return tensor.detach().to(tensor.scalar_type() == torch::kFloat64 ? torch::kFloat64
                                                                    : torch::kFloat32);
}

Tensor unit_length(const Tensor& map) {
  // The root has no derivative at 0; below 1e-36 it changes nothing beside 1e-10.
  const Tensor length = map.pow(2).sum(1, /*keepdim=*/true).clamp_min(1e-36).sqrt();
  return map / (length + 1e-10);
}

}  // namespace

Lpips::Lpips(const StateDict& linear, const StateDict& backbone) {
  std::int64_t channels = 3;
  for (const std::vector<int>& block : kBlocks) {
    blocks_.emplace_back();
    for (const int index : block) {
      const std::string name = concat("features.", index);
      const Tensor weight = weight_of(backbone, name + ".weight", {-1, channels, 3, 3});
      channels = weight.size(0);
      blocks_.back().push_back(
          {weight, weight_of(backbone, name + ".bias", {channels}).to(weight)});
    }
    const std::string name = concat("lin", linear_.size(), ".model.1.weight");
    linear_.push_back(weight_of(linear, name, {1, channels, 1, 1}).to(blocks_[0][0].weight));
    if (linear_.back().lt(0).any().item<bool>())
      throw FormatError(concat("tensor '", name, "' must hold no negative number"));
  }
  const auto colours = [&](double red, double green, double blue) {
    return torch::tensor({red, green, blue}, torch::kFloat64)
        .view({1, 3, 1, 1})
        .to(blocks_[0][0].weight);
  };
  shift_ = colours(-0.030, -0.088, -0.188);
  scale_ = colours(0.458, 0.448, 0.450);
}

std::vector<Tensor> Lpips::features(const Tensor& image) const {
  require_shape("lpips: image", image, {-1, 3, -1, -1});
  if (image.size(2) < kSmallestSide || image.size(3) < kSmallestSide)
    throw ConfigError(concat("lpips: images must be at least ", kSmallestSide, " x ", kSmallestSide,
                             ", but have shape ", shape_text(image.sizes())));
  std::vector<Tensor> maps;
  Tensor x = (image.to(shift_.options()) - shift_) / scale_;
  for (const std::vector<Convolution>& block : blocks_) {
    if (!maps.empty()) x = torch::max_pool2d(x, 2);
    for (const Convolution& layer : block)
      x = torch::relu(torch::conv2d(x, layer.weight, layer.bias, /*stride=*/1, /*padding=*/1));
    maps.push_back(x);
  }
  return maps;
}

Tensor Lpips::per_layer(const std::vector<Tensor>& image_features,
                        const std::vector<Tensor>& reference_features) const {
  std::vector<Tensor> terms;
  for (std::size_t i = 0; i < linear_.size(); ++i) {
    const Tensor difference =
        unit_length(image_features.at(i)) - unit_length(reference_features.at(i));
    terms.push_back((difference.pow(2) * linear_[i]).sum(1).mean({1, 2}));
  }
  return torch::stack(terms);
}

Tensor Lpips::per_layer(const Tensor& image, const Tensor& reference) const {
  Shape shape = image.sizes().vec();
  if (reference.dim() == 4 && image.dim() == 4 && reference.size(0) == 1) shape[0] = 1;
  require_shape("lpips: reference", reference, shape);
  return per_layer(features(image), features(reference));
}

Tensor Lpips::distance(const Tensor& image, const Tensor& reference) const {
  return per_layer(image, reference).sum(0);
}

}  // namespace sgilo
