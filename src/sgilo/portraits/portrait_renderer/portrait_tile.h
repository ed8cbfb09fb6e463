// The part of an image that is rendered at a time, small enough for the second-level cache, and its
// working memory. Plain data: the SIMD code allocates nothing.
#pragma once

#include <cstdint>

namespace sgilo {

inline constexpr int kTileSize = 32;  // pixels; a multiple of every pack width and of kCellSize
inline constexpr int kTilePixels = kTileSize * kTileSize;
inline constexpr int kCellSize = 4;  // pixels that share the first march
inline constexpr int kSubsamples = 4;
inline constexpr int kWidestPack = 16;

// Rays that wait for their next steps, with space to fill the last pack.
struct RayList {
  static constexpr int kCapacity = kTilePixels * kSubsamples;
  int count = 0;
  std::int32_t id[kCapacity + kWidestPack];
  float x[kCapacity + kWidestPack], y[kCapacity + kWidestPack];  // in the image plane
  float along[kCapacity + kWidestPack];                          // distance from the camera

  void add(std::int32_t ray_id, float ray_x, float ray_y, float distance) {
    id[count] = ray_id;
    x[count] = ray_x;
    y[count] = ray_y;
    along[count] = distance;
    ++count;
  }
  // Repeats the last ray up to a whole pack.
  void fill_last_pack() {
    for (int i = 0; i < kWidestPack; ++i) {
      id[count + i] = id[count - 1];
      x[count + i] = x[count - 1];
      y[count + i] = y[count - 1];
      along[count + i] = along[count - 1];
    }
  }
};

struct PortraitTile {
  int left, top, width, height;  // pixels
  float pixel;                   // edge of a pixel in the image plane
  float plane_left, plane_top;   // of the image
  RayList rays, arrived;
  // Of every subsample: colour (red, green, blue), depth of what was hit, and how that is lit.
  float colour[3][kSubsamples][kTilePixels];
  float depth[kSubsamples][kTilePixels];
  float normal[3][kSubsamples][kTilePixels];
  float open[kSubsamples][kTilePixels], visible[kSubsamples][kTilePixels];

  // In the image plane: a place that many pixels right of and below the tile's corner.
  float plane_x(float right) const {
    return plane_left + (static_cast<float>(left) + right) * pixel;
  }
  float plane_y(float below) const { return plane_top - (static_cast<float>(top) + below) * pixel; }
  // The middle of a pixel of the tile.
  float middle_x(int column) const { return plane_x(static_cast<float>(column) + 0.5f); }
  float middle_y(int row) const { return plane_y(static_cast<float>(row) + 0.5f); }
};

}  // namespace sgilo
