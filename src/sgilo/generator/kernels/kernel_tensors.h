// What the differentiable functions of the kernels share: from tensors to plain memory and back.
#pragma once

#include <limits>

#include "sgilo/core/error.h"
#include "sgilo/core/torch.h"

namespace sgilo {

// Of a contiguous [N, ...], where its n-th part begins; null where undefined.
template <class T = float>
T* part_of(const Tensor& x, std::int64_t n) {
  return x.defined() ? x.data_ptr<T>() + n * (x.numel() / x.size(0)) : nullptr;
}
// The same of a noise [1|N, pixels], which all images may share.
inline const float* noise_of(const Tensor& noise, std::int64_t n) {
  return noise.defined() ? part_of(noise, noise.size(0) == 1 ? 0 : n) : nullptr;
}

// Autograd takes no undefined tensors: what is not there is an empty one.
inline Tensor given(const Tensor& x) { return x.defined() ? x.contiguous() : torch::empty(0); }
inline Tensor present(const Tensor& x) { return x.numel() > 0 ? x : Tensor(); }

// The gradient of an image, as the passes take it; undefined where there is none.
inline Tensor image_gradient(const Tensor& gradient, torch::ScalarType type) {
  return gradient.defined() ? gradient.to(type).contiguous(torch::MemoryFormat::ChannelsLast)
                            : gradient;
}

// A clamp as activations of the type are stored, so that a backward pass recognises those at the
// limit; infinite for 0, which is none.
inline float stored_limit(double clamp, torch::ScalarType type) {
  if (clamp <= 0) return std::numeric_limits<float>::infinity();
  const auto limit = static_cast<float>(clamp);
  return type == torch::kBFloat16 ? static_cast<float>(c10::BFloat16(limit)) : limit;
}

// In a backward pass that has no derivative of its own.
inline void require_first_gradients() {
  if (torch::GradMode::is_enabled())
    throw ConfigError("kernel fused has first gradients only; kernel reference has second ones");
}

}  // namespace sgilo
