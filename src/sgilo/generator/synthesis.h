// The synthesis network of StyleGAN2, skip architecture (Karras et al. 2020): blocks at resolutions
// 4, 8, .. size, each [up-convolution,] convolution and to-RGB; the image is the sum of the
// upsampled to-RGB outputs. Block b takes the features that block b-1 leaves ("layer b"). Tensor
// names and semantics are those of the NVIDIA snapshots:
// b8.conv0.weight, b8.conv0.affine.weight, b8.torgb.bias, ...
#pragma once

#include <memory>
#include <vector>

#include "sgilo/core/torch.h"
#include "sgilo/generator/kernels/kernel.h"

namespace sgilo {

struct SynthesisOptions {
  std::int64_t w_dim = 128;
  // Channels of the blocks at 4, 8, 16, ...; the last gives the size.
  std::vector<std::int64_t> widths{128, 128, 96, 64, 32};
  double clamp = 0.0;         // limit of activations after the gain; 0: none
  bool drawn = true;          // false: weights are left for those that a file brings
  std::int64_t channels = 3;  // of the image

  std::int64_t blocks() const { return static_cast<std::int64_t>(widths.size()); }
  std::int64_t size() const { return std::int64_t{4} << (blocks() - 1); }
  std::int64_t style_rows() const { return 2 * blocks(); }
  std::int64_t noise_inputs() const { return 2 * blocks() - 1; }
  std::int64_t resolution(std::int64_t block) const { return std::int64_t{4} << block; }
  // Block of noise input j: 0, then 1, 1, 2, 2, ...
  static std::int64_t block_of_noise(std::int64_t j) { return (j + 1) / 2; }
};

// Noise per layer in module order (b4.conv1, b8.conv0, b8.conv1, ...): [H,W] or [1|N,1,H,W]; an
// undefined tensor means none.
using Noises = std::vector<Tensor>;

// What a block leaves: features [N,C,r,r] and the skip
// image [N,channels,r,r] (undefined: nothing drawn so far).
struct BlockState {
  Tensor features;
  Tensor skip;
};

struct FusedLayer;         // kernels/fused_layer.h
struct FusedRgb;           // kernels/fused_synthesis.h
class SynthesisLayerImpl;  // a modulated 3x3 convolution with noise, bias and activation
class ToRgbImpl;           // a modulated 1x1 convolution without demodulation

class SynthesisNetworkImpl : public torch::nn::Module {
 public:
  explicit SynthesisNetworkImpl(const SynthesisOptions& options);

  // ws [N, style_rows, w_dim] -> image [N,channels,size,size]; `noises` empty: none.
  Tensor forward(const Tensor& ws, const Noises& noises);

  // The image of blocks first .. last from what block first-1 left; for first = 0 `from` is
  // ignored. By the fused kernels where `kernel` and the machine allow it.
  Tensor image(const BlockState& from, const Tensor& ws, const Noises& noises, std::int64_t first,
               std::int64_t last);

  // Runs blocks first..last (inclusive) from what block first-1 left;
  // for first = 0 `from` is ignored.
  BlockState run(BlockState from, const Tensor& ws, const Noises& noises, std::int64_t first,
                 std::int64_t last);

  // Block `block` up to its features, without its to-RGB; `features` are those of the block before.
  Tensor features(std::int64_t block, const Tensor& features, const Tensor& ws,
                  const Noises& noises);
  // to-RGB of block `block` applied to its features: [N,channels,r,r].
  Tensor to_rgb(std::int64_t block, const Tensor& features, const Tensor& ws);

  Noises constant_noises() const;  // the stored buffers

  // What `kernel` comes to now: reference or fused. Throws ConfigError for a fused that cannot run.
  Kernel kernel_in_use() const;
  // About what one row of an evaluation with gradients takes, in bytes, and what the kernel's own
  // copies of the weights do.
  std::int64_t row_bytes() const;
  std::int64_t weight_bytes() const;

  SynthesisOptions options;
  // kBFloat16: of the fused kernels' gradients where weights are frozen; else all convolutions.
  torch::ScalarType convolution_type = torch::kFloat32;
  Kernel kernel = Kernel::automatic;

 private:
  std::string fused_obstacle() const;
  void require_inputs(const BlockState& from, const Tensor& ws, const Noises& noises,
                      std::int64_t first) const;
  bool weights_need_gradients() const;
  // image() of the fused kernels when the weights need gradients.
  Tensor trainable_image(const BlockState& from, const Tensor& ws, const Noises& noises,
                         std::int64_t first, std::int64_t last);
  Tensor convolution_input(const Tensor& x) const;

  std::vector<std::shared_ptr<SynthesisLayerImpl>> layers_;  // in the order of the noises
  std::vector<std::shared_ptr<ToRgbImpl>> to_rgb_;           // one per block
  Tensor constant_;                                          // [C,4,4]

  struct Prepared {
    std::vector<std::pair<const void*, std::uint32_t>> versions;  // of the weights
    torch::ScalarType type;
    std::vector<std::shared_ptr<const FusedLayer>> layers;
    std::vector<std::shared_ptr<const FusedRgb>> rgb;
  };
  const Prepared& prepared();
  Prepared prepared_;  // for the weights as they were then
};
TORCH_MODULE(SynthesisNetwork);

}  // namespace sgilo
