// Compiles the renderer for every SIMD target and calls the best that this machine supports.
#include "sgilo/portraits/portrait_renderer.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sgilo/portraits/portrait_renderer.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "sgilo/portraits/portrait_renderer/tile-inl.h"

#if HWY_ONCE

#include <algorithm>
#include <memory>
#include <string>

#include "sgilo/core/error.h"

namespace sgilo {

HWY_EXPORT(render_tile);

void check_portrait_size(int size) {
  if (size < kSmallestPortrait || size > kLargestPortrait) {
    throw ConfigError("portrait size must be between " + std::to_string(kSmallestPortrait) +
                      " and " + std::to_string(kLargestPortrait) + ", but is " +
                      std::to_string(size));
  }
}

void render_portrait(const PortraitParameters& parameters, int size, std::span<std::uint8_t> rgb) {
  check_portrait_size(size);
  const std::size_t expected = static_cast<std::size_t>(size) * static_cast<std::size_t>(size) * 3;
  if (rgb.size() != expected) {
    throw ConfigError("a portrait of size " + std::to_string(size) + " needs a buffer of " +
                      std::to_string(expected) + " bytes, but it has " +
                      std::to_string(rgb.size()));
  }
  const PortraitModel model(parameters);
  const auto tile = std::make_unique_for_overwrite<PortraitTile>();
  const auto& pose = parameters.pose;
  const float half_image = 1.46f / pose.zoom;
  tile->pixel = 2 * half_image / static_cast<float>(size);
  tile->plane_left = pose.shift_x - half_image;
  tile->plane_top = pose.shift_y + half_image + 0.02f;
  for (tile->top = 0; tile->top < size; tile->top += kTileSize) {
    tile->height = std::min(kTileSize, size - tile->top);
    for (tile->left = 0; tile->left < size; tile->left += kTileSize) {
      tile->width = std::min(kTileSize, size - tile->left);
      HWY_DYNAMIC_DISPATCH(render_tile)(model, *tile, size, rgb.data());
    }
  }
}

}  // namespace sgilo

#endif  // HWY_ONCE
