#include "sgilo/generator/kernels/image_doubling.h"

#include <vector>

namespace sgilo {

// Along one axis: out[2i] = (x[i-1] + 3 x[i]) / 4, out[2i+1] = (3 x[i] + x[i+1]) / 4, zero outside.
Tensor add_doubled(const Tensor& image, const Tensor& bias, const Tensor& skip) {
  const std::int64_t planes = image.size(0) * image.size(1), colours = image.size(1),
                     height = image.size(2), width = image.size(3), half = width / 2;
  Tensor out = torch::empty_like(image);
  const float *from = image.data_ptr<float>(), *added = bias.data_ptr<float>(),
              *small = skip.defined() ? skip.data_ptr<float>() : nullptr;
  float* to = out.data_ptr<float>();
  at::parallel_for(0, planes, 16, [&](std::int64_t begin, std::int64_t end) {
    std::vector<float> padded(static_cast<std::size_t>(half) + 2, 0.0f);
    float* line = padded.data() + 1;  // columns -1 .. half
    for (std::int64_t plane = begin; plane < end; ++plane)
      for (std::int64_t row = 0; row < height; ++row) {
        const std::int64_t at = (plane * height + row) * width, i = row / 2,
                           other = row % 2 == 0 ? i - 1 : i + 1;
        const float b = added[plane % colours];
        for (std::int64_t x = 0; x < width; ++x) to[at + x] = from[at + x] + b;
        if (!small) continue;
        const float* near = small + (plane * height / 2 + i) * half;
        if (other >= 0 && other < height / 2) {
          const float* far = small + (plane * height / 2 + other) * half;
          for (std::int64_t x = 0; x < half; ++x) line[x] = 0.75f * near[x] + 0.25f * far[x];
        } else {
          for (std::int64_t x = 0; x < half; ++x) line[x] = 0.75f * near[x];
        }
        for (std::int64_t x = 0; x < half; ++x) {
          to[at + 2 * x] += 0.25f * line[x - 1] + 0.75f * line[x];
          to[at + 2 * x + 1] += 0.75f * line[x] + 0.25f * line[x + 1];
        }
      }
  });
  return out;
}

// x[i] = (g[2i-1] + 3 g[2i] + 3 g[2i+1] + g[2i+2]) / 4 along each axis, zero outside.
Tensor doubled_adjoint(const Tensor& gradient) {
  const std::int64_t planes = gradient.size(0) * gradient.size(1), height = gradient.size(2),
                     width = gradient.size(3), half = width / 2;
  Tensor out = torch::empty({gradient.size(0), gradient.size(1), height / 2, half});
  const float* from = gradient.data_ptr<float>();
  float* to = out.data_ptr<float>();
  constexpr float kFilter[4] = {0.25f, 0.75f, 0.75f, 0.25f};
  at::parallel_for(0, planes, 16, [&](std::int64_t begin, std::int64_t end) {
    std::vector<float> padded(static_cast<std::size_t>(width) + 2);
    float* line = padded.data() + 1;  // columns -1 .. width
    for (std::int64_t plane = begin; plane < end; ++plane)
      for (std::int64_t i = 0; i < height / 2; ++i) {
        std::fill(padded.begin(), padded.end(), 0.0f);
        for (std::int64_t k = 0; k < 4; ++k) {
          const std::int64_t row = 2 * i - 1 + k;
          if (row < 0 || row >= height) continue;
          const float* g = from + (plane * height + row) * width;
          for (std::int64_t x = 0; x < width; ++x) line[x] += kFilter[k] * g[x];
        }
        float* x_out = to + (plane * height / 2 + i) * half;
        for (std::int64_t x = 0; x < half; ++x)
          x_out[x] =
              0.25f * (line[2 * x - 1] + line[2 * x + 2]) + 0.75f * (line[2 * x] + line[2 * x + 1]);
      }
  });
  return out;
}

}  // namespace sgilo
