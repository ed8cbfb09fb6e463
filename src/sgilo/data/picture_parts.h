// A picture of which no more than the part that is asked for lies in memory.
#pragma once

#include <cstdint>
#include <functional>

#include "sgilo/core/torch.h"
#include "sgilo/data/image_framing.h"

namespace sgilo {

// A part of a picture, and what makes such parts of it: float32 [channels, rows, columns].
struct PicturePart {
  std::int64_t top = 0;
  std::int64_t left = 0;
  std::int64_t rows = 0;
  std::int64_t columns = 0;
};
using PictureParts = std::function<Tensor(const PicturePart&)>;

// The square of a picture of the recorded size, [channels, size, size]; the same bits on every
// machine and thread count. No more than some rows of the picture are in memory at once.
Tensor apply_framing(const PictureParts& picture, const ImageFraming& framing);

}  // namespace sgilo
