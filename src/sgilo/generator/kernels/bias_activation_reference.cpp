#include <numbers>

#include "sgilo/generator/kernels/bias_activation.h"

namespace sgilo {

// The gain sqrt(2) commutes with the leaky ReLU and moves into
// the three small factors, which saves a pass over y.
Tensor bias_activation(const Tensor& y, const Tensor& demodulation, const Tensor& bias,
                       const NoiseInput& noise, double clamp) {
  const double gain = std::numbers::sqrt2;
  const auto type = y.scalar_type();
  Tensor out = torch::addcmul((bias * gain).to(type).view({1, -1, 1, 1}), y,
                              (demodulation * gain).to(type).unsqueeze(-1).unsqueeze(-1));
  if (noise.noise.defined()) out = out.add_((noise.noise * (noise.strength * gain)).to(type));
  out = torch::leaky_relu_(out, 0.2);
  return clamp > 0 ? out.clamp(-clamp, clamp) : out;
}

}  // namespace sgilo
