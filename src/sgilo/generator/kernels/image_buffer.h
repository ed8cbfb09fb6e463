// Memory for activations that is used again from step to step. The allocator of the C library would
// give it back (and the system would clear it anew), or keep it in pieces: a step through 1024x1024
// pixels then holds half as much again as it uses.
#pragma once

#include "sgilo/core/torch.h"

namespace sgilo {

// [n, channels, height, width], channels last, not set. Its memory returns to a store that all
// threads share and that shrinks only on demand.
Tensor image_buffer(std::int64_t n, std::int64_t channels, std::int64_t height, std::int64_t width,
                    torch::ScalarType type);
inline Tensor image_buffer_like(const Tensor& x) {
  return image_buffer(x.size(0), x.size(1), x.size(2), x.size(3), x.scalar_type());
}
// Gives the store's free memory back.
void release_image_buffers();

}  // namespace sgilo
