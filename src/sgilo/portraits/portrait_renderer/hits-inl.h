// Finds what the rays of a tile hit: first marches cones through cells of 4 x 4 pixels, then cones
// through pixels, then four rays per pixel.
#if defined(SGILO_DATA_PORTRAIT_RENDERER_HITS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SGILO_DATA_PORTRAIT_RENDERER_HITS_INL_H_
#undef SGILO_DATA_PORTRAIT_RENDERER_HITS_INL_H_
#else
#define SGILO_DATA_PORTRAIT_RENDERER_HITS_INL_H_
#endif

#include "sgilo/portraits/portrait_renderer/march-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sgilo {
namespace HWY_NAMESPACE {

// The four subsamples of a pixel, from its middle, in pixels.
HWY_INLINE float right_of_middle(int sample) { return sample % 2 == 0 ? -0.25f : 0.25f; }
HWY_INLINE float below_middle(int sample) { return sample / 2 == 0 ? -0.25f : 0.25f; }

// Leaves in tile.arrived the pixels whose cone meets the portrait.
HWY_INLINE void find_pixels(const PortraitModel& m, PortraitTile& tile) {
  const float start = kCameraDistance - kNearPlane;
  constexpr float kHalfDiagonal = 0.75f;  // of a square of edge 1, and a little more
  tile.rays.count = 0;
  for (int row = 0; row < tile.height; row += kCellSize) {
    for (int column = 0; column < tile.width; column += kCellSize) {
      tile.rays.add(row * kTileSize + column,
                    tile.plane_x(static_cast<float>(column + kCellSize / 2)),
                    tile.plane_y(static_cast<float>(row + kCellSize / 2)), start);
    }
  }
  const float cell_radius = kHalfDiagonal * kCellSize * tile.pixel;
  march(m, cell_radius, 1, 12, tile.rays, tile.arrived);
  for (int cell = 0; cell < tile.arrived.count; ++cell) {
    const int top = tile.arrived.id[cell] / kTileSize, left = tile.arrived.id[cell] % kTileSize;
    const float along = tile.arrived.along[cell] - cell_radius;
    for (int row = top; row < top + kCellSize && row < tile.height; ++row) {
      for (int column = left; column < left + kCellSize && column < tile.width; ++column) {
        tile.rays.add(row * kTileSize + column, tile.middle_x(column), tile.middle_y(row), along);
      }
    }
  }
  march(m, kHalfDiagonal * tile.pixel, 1, 12, tile.rays, tile.arrived);
  for (int ray = 0; ray < tile.arrived.count; ++ray) {
    tile.arrived.along[ray] = tile.arrived.along[ray] - kHalfDiagonal * tile.pixel;
  }
}

// Leaves in tile.arrived the subsamples that hit a surface, out of the pixels that were there.
HWY_INLINE void find_hits(const PortraitModel& m, PortraitTile& tile) {
  for (int ray = 0; ray < tile.arrived.count; ++ray) {
    for (int sample = 0; sample < kSubsamples; ++sample) {
      tile.rays.add(sample * kTilePixels + tile.arrived.id[ray],
                    tile.arrived.x[ray] + right_of_middle(sample) * tile.pixel,
                    tile.arrived.y[ray] - below_middle(sample) * tile.pixel,
                    tile.arrived.along[ray]);
    }
  }
  march(m, 0.15f * tile.pixel, 2, 20, tile.rays, tile.arrived);
  for (int hit = 0; hit < tile.arrived.count; ++hit) {
    const int id = tile.arrived.id[hit];
    tile.depth[id / kTilePixels][id % kTilePixels] = tile.arrived.along[hit];
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace sgilo
HWY_AFTER_NAMESPACE();

#endif  // toggled include guard
