#include "sgilo/metrics/feature_classifier.h"

#include <cmath>
#include <numbers>
#include <numeric>

#include "sgilo/core/options_json.h"
#include "sgilo/core/shape.h"

namespace sgilo {
namespace {

constexpr double kSlope = 0.2;
constexpr double kGain = std::numbers::sqrt2;

Tensor activate(const Tensor& x) { return torch::leaky_relu(x, kSlope) * kGain; }

Tensor resized(const Tensor& images, std::int64_t side) {
  const std::int64_t height = images.size(2), width = images.size(3);
  if (height == side && width == side) return images;
  if (height >= side && width >= side) return torch::adaptive_avg_pool2d(images, {side, side});
  return torch::upsample_bilinear2d(images, {side, side}, /*align_corners=*/false);
}

void check(const FeatureClassifierOptions& options) {
  validate(options, "classifier.");
  if (options.class_heads.size() != options.class_counts.size())
    throw ConfigError(concat("classifier.class_counts must name one count per class head, but has ",
                             options.class_counts.size(), " counts for ",
                             options.class_heads.size(), " heads"));
  for (std::size_t i = 0; i < options.class_counts.size(); ++i)
    if (options.class_counts[i] < 2)
      throw ConfigError(concat("classifier.class_counts must be at least 2, but is ",
                               options.class_counts[i], " for ", options.class_heads[i]));
  const int factor = 1 << (options.widths.size() - 1);
  if (options.resolution % factor != 0)
    throw ConfigError(concat("classifier.resolution must be a multiple of ", factor, " for ",
                             options.widths.size(), " widths, but is ", options.resolution));
}

}  // namespace

FeatureClassifierImpl::LayerImpl::LayerImpl(int outputs, int inputs, int side,
                                            const RandomStreams& streams) {
  const Shape shape = side > 0 ? Shape{outputs, inputs, side, side} : Shape{outputs, inputs};
  const double fan_in = inputs * std::max(side * side, 1);
  weight = register_parameter("weight", streams.normal(shape) * (1 / std::sqrt(fan_in)));
  bias = register_parameter("bias", torch::zeros({outputs}));
}

FeatureClassifierImpl::FeatureClassifierImpl(const FeatureClassifierOptions& options,
                                             const RandomStreams& streams)
    : options_(options) {
  check(options);
  const auto layer = [&](const std::string& name, int outputs, int inputs, int side) {
    return register_module(name,
                           std::make_shared<LayerImpl>(outputs, inputs, side, streams.child(name)));
  };
  const std::vector<int>& widths = options.widths;
  stem_ = layer("stem", widths[0], 3, 3);
  for (std::size_t i = 1; i < widths.size(); ++i) {
    const std::string name = concat("block", i);
    blocks_.push_back({layer(name + "_first", widths[i], widths[i - 1], 3),
                       layer(name + "_second", widths[i], widths[i], 3),
                       layer(name + "_skip", widths[i], widths[i - 1], 1)});
  }
  to_features_ = layer("to_features", options.features, widths.back(), 1);
  const int classes = std::accumulate(options.class_counts.begin(), options.class_counts.end(), 0);
  to_classes_ = layer("to_classes", classes, options.features, 0);
  to_regressions_ =
      layer("to_regressions", static_cast<int>(options.regressions.size()), options.features, 0);
}

Tensor FeatureClassifierImpl::convolve(const Tensor& x, const Layer& layer, int stride) const {
  return torch::conv2d(x,
                       layer->weight.to(x.options(), /*non_blocking=*/false, /*copy=*/false,
                                        torch::MemoryFormat::ChannelsLast),
                       layer->bias.to(x.scalar_type()), stride, layer->weight.size(2) / 2);
}

std::vector<Tensor> FeatureClassifierImpl::feature_maps(const Tensor& images) {
  require_shape("classifier: images", images, {-1, 3, -1, -1});
  const auto type = bfloat16_ ? torch::kBFloat16 : stem_->weight.scalar_type();
  const Tensor x = resized(images.to(stem_->weight.scalar_type()), options_.resolution)
                       .to(type)
                       .contiguous(torch::MemoryFormat::ChannelsLast);
  std::vector<Tensor> maps{activate(convolve(x, stem_))};
  for (const Block& block : blocks_) {
    const Tensor branch = convolve(activate(convolve(maps.back(), block.first, 2)), block.second);
    const Tensor skip = convolve(torch::avg_pool2d(maps.back(), 2), block.skip);
    maps.push_back(torch::leaky_relu(skip + branch, kSlope));  // the gain and 1/sqrt 2 cancel
  }
  return maps;
}

Tensor FeatureClassifierImpl::features(const Tensor& images) {
  return activate(convolve(feature_maps(images).back(), to_features_))
      .to(to_features_->weight.scalar_type())
      .mean({2, 3});
}

ClassifierOutput FeatureClassifierImpl::classify(const Tensor& features) {
  const auto linear = [&](const Layer& layer) {
    return torch::linear(features, layer->weight, layer->bias);
  };
  ClassifierOutput output;
  const Tensor logits = linear(to_classes_);
  std::int64_t start = 0;
  for (const int count : options_.class_counts) {
    output.class_logits.push_back(logits.slice(1, start, start + count));
    start += count;
  }
  output.regressions = linear(to_regressions_);
  return output;
}

ClassifierOutput FeatureClassifierImpl::forward(const Tensor& images) {
  return classify(features(images));
}

}  // namespace sgilo
