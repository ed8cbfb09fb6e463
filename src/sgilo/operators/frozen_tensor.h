// A tensor of an operator's state: kept as it was drawn, and lent in the device and floating type
// of an image. The last copy made is kept, so that a solver's loop copies once.
#pragma once

#include <mutex>
#include <utility>

#include "sgilo/core/torch.h"

namespace sgilo {

class FrozenTensor {
 public:
  explicit FrozenTensor(Tensor drawn) : drawn_(drawn.detach()), copy_(drawn_) {}

  const Tensor& drawn() const { return drawn_; }

  // On the device of `image`; a floating tensor in its type, whole numbers as they are.
  Tensor like(const Tensor& image) const {
    const auto type = drawn_.is_floating_point() ? image.scalar_type() : drawn_.scalar_type();
    if (drawn_.device() == image.device() && drawn_.scalar_type() == type) return drawn_;
    const std::lock_guard lock(mutex_);
    if (copy_.device() != image.device() || copy_.scalar_type() != type)
      copy_ = drawn_.to(image.device(), type);
    return copy_;
  }

 private:
  Tensor drawn_;
  mutable std::mutex mutex_;
  mutable Tensor copy_;
};

}  // namespace sgilo
