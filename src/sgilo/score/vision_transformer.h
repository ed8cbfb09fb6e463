// A vision transformer for maps [C, H, W] (Dosovitskiy et al. 2021) whose every layer knows the
// noise level: Gaussian Fourier features of the level give per-channel scales and shifts of the
// normalised tokens and gates of the residuals (Peebles and Xie 2023, "Scalable diffusion models
// with transformers", adaLN-zero), so that an untrained layer is the identity. Tokens are pixels or
// patches with a true un-patching; positions start as sines of row and column; a condition (the
// style code) is one more token.
#pragma once

#include <string>
#include <vector>

#include "sgilo/core/options.h"
#include "sgilo/core/random_streams.h"
#include "sgilo/core/torch.h"
#include "sgilo/score/linear_way.h"

namespace sgilo {

struct VisionTransformerOptions {
  std::int64_t width = 192;
  std::int64_t layers = 6;
  std::int64_t heads = 3;
  std::int64_t patch = 1;
  std::int64_t mlp_ratio = 4;
  std::int64_t condition_size = 0;
  static constexpr auto fields() {
    using O = VisionTransformerOptions;
    return std::tuple{
        field("width", &O::width, "channels of a token, a multiple of 4 and of heads",
              positive<std::int64_t>),
        field("layers", &O::layers, "attention and MLP pairs", positive<std::int64_t>),
        field("heads", &O::heads, "attention heads", positive<std::int64_t>),
        field("patch", &O::patch, "side of the square that makes one token",
              positive<std::int64_t>),
        field("mlp_ratio", &O::mlp_ratio, "hidden channels of the MLP over width",
              positive<std::int64_t>),
        field("condition_size", &O::condition_size, "numbers of the condition's token, 0 for none",
              non_negative<std::int64_t>)};
  }
};

// How the network computes its matrix products.
struct ProductSettings {
  torch::ScalarType type = torch::kFloat32;  // or bfloat16; weights are float32 in both
  LinearWay linear_way = LinearWay::blas;    // of frozen float32 weights
};

// A linear map computed in a type. Weights that are frozen are converted once.
class TypedLinear {
 public:
  explicit TypedLinear(torch::nn::Linear linear) : linear_(std::move(linear)) {}
  Tensor operator()(const Tensor& x, const ProductSettings& products);
  // Of a single row [1, I] of float32 on the CPU, without gradients, by weights of the type.
  Tensor row(const Tensor& x, torch::ScalarType type);

 private:
  void convert(torch::ScalarType type);

  torch::nn::Linear linear_;
  Tensor weight_, bias_;             // converted
  const void* converted_ = nullptr;  // what they were made from, and its version
  std::uint32_t version_ = 0;
};

class TransformerLayerImpl : public torch::nn::Module {
 public:
  TransformerLayerImpl(std::int64_t width, std::int64_t heads, std::int64_t hidden);
  // tokens [N, T, width], modulations [N or 1, 6 width].
  Tensor forward(const Tensor& tokens, const Tensor& modulations, const ProductSettings& products);

  // What the embedded level [N, width] does to the layer, [N, 6 width]; a frozen row alone takes
  // weights of the type.
  Tensor modulations(const Tensor& level, bool frozen_row, torch::ScalarType type);

  torch::nn::Linear qkv, out, up, down, modulation;

 private:
  std::int64_t heads_;
  TypedLinear typed_qkv_, typed_out_, typed_up_, typed_down_, typed_modulation_;
};
TORCH_MODULE(TransformerLayer);

class VisionTransformerImpl : public torch::nn::Module {
 public:
  // shape [C, H, W]. Throws ConfigError when H or W is no multiple of patch,
  // or width none of 4 and of heads.
  VisionTransformerImpl(Shape shape, const VisionTransformerOptions& options,
                        const RandomStreams& weights);

  // x [N, C, H, W], level [N] (any number of order 1), condition [N, condition_size] or undefined
  // (a learned token stands for it); returns the shape of x.
  Tensor forward(const Tensor& x, const Tensor& level, const Tensor& condition = {});

  std::string describe() const;  // "vision transformer (6 layers, width 192, 64 tokens, ...)"
  const Shape& shape() const { return shape_; }

  ProductSettings products;

 private:
  // What the level does to each layer and to the end: [N, 6 width] and [N, 2 width]; [1, ...] where
  // all rows have the same level. Frozen weights keep that of the level before.
  std::vector<Tensor> modulations(const Tensor& level);

  Shape shape_;
  VisionTransformerOptions options_;
  torch::nn::Linear patch_{nullptr}, level_in_{nullptr}, level_out_{nullptr}, condition_{nullptr};
  torch::nn::Linear modulation_{nullptr}, unpatch_{nullptr};
  Tensor frequencies_, positions_, no_condition_;
  std::vector<TransformerLayer> layers_;
  std::vector<Tensor> modulations_;  // the last
  double modulated_level_ = 0;       // which they are of, with the weights of the versions below
  std::vector<std::pair<const void*, std::uint32_t>> modulated_by_;
};
TORCH_MODULE(VisionTransformer);

}  // namespace sgilo
