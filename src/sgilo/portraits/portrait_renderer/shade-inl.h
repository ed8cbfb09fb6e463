// Colours what the rays of a tile hit. Paint is evaluated for each of the four rays of a pixel,
// light only once where they hit the same smooth surface.
#if defined(SGILO_DATA_PORTRAIT_RENDERER_SHADE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SGILO_DATA_PORTRAIT_RENDERER_SHADE_INL_H_
#undef SGILO_DATA_PORTRAIT_RENDERER_SHADE_INL_H_
#else
#define SGILO_DATA_PORTRAIT_RENDERER_SHADE_INL_H_
#endif

#include "sgilo/portraits/portrait_renderer/hits-inl.h"
#include "sgilo/portraits/portrait_renderer/light-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sgilo {
namespace HWY_NAMESPACE {

// Whether the four subsamples of a pixel hit one smooth surface.
HWY_INLINE bool is_smooth(const PortraitTile& tile, int pixel) {
  float nearest = tile.depth[0][pixel], farthest = nearest;
  for (int sample = 1; sample < kSubsamples; ++sample) {
    const float depth = tile.depth[sample][pixel];
    nearest = depth < nearest ? depth : nearest;
    farthest = depth > farthest ? depth : farthest;
  }
  return farthest < kNothing && farthest - nearest < 1.5f * tile.pixel;
}

// Leaves in tile.rays the points to light: the middle of a smooth pixel, else each of its hits.
HWY_INLINE void choose_points(PortraitTile& tile) {
  for (int row = 0; row < tile.height; ++row) {
    for (int column = 0; column < tile.width; ++column) {
      const int pixel = row * kTileSize + column;
      if (is_smooth(tile, pixel)) {
        const float depth = ((tile.depth[0][pixel] + tile.depth[1][pixel]) +
                             (tile.depth[2][pixel] + tile.depth[3][pixel])) *
                            0.25f;
        tile.rays.add(kSubsamples * kTilePixels + pixel, tile.middle_x(column), tile.middle_y(row),
                      depth);
      }
    }
  }
  for (int hit = 0; hit < tile.arrived.count; ++hit) {
    const int id = tile.arrived.id[hit];
    if (is_smooth(tile, id % kTilePixels)) continue;
    tile.rays.add(id, tile.arrived.x[hit], tile.arrived.y[hit], tile.arrived.along[hit]);
  }
}

HWY_INLINE void light_points(const PortraitModel& m, PortraitTile& tile) {
  RayList& points = tile.rays;
  if (points.count == 0) return;
  points.fill_last_pack();
  for (int first = 0; first < points.count; first += pack_width()) {
    const Pack3 direction = ray_direction(load(points.x + first), load(points.y + first));
    const Illumination light = illumination(m, ray_point(direction, load(points.along + first)));
    float normal_x[kWidestPack], normal_y[kWidestPack], normal_z[kWidestPack];
    float open[kWidestPack], visible[kWidestPack];
    store(light.normal.x, normal_x);
    store(light.normal.y, normal_y);
    store(light.normal.z, normal_z);
    store(light.open, open);
    store(light.visible, visible);
    for (int lane = 0; lane < pack_width(); ++lane) {
      const int only = points.id[first + lane] / kTilePixels;  // kSubsamples stands for all
      const int pixel = points.id[first + lane] % kTilePixels;
      const int begin = only == kSubsamples ? 0 : only;
      const int end = only == kSubsamples ? kSubsamples : only + 1;
      for (int sample = begin; sample < end; ++sample) {
        tile.normal[0][sample][pixel] = normal_x[lane];
        tile.normal[1][sample][pixel] = normal_y[lane];
        tile.normal[2][sample][pixel] = normal_z[lane];
        tile.open[sample][pixel] = open[lane];
        tile.visible[sample][pixel] = visible[lane];
      }
    }
  }
  points.count = 0;
}

// Values of a subsample array at the subsamples of one pack of rays.
HWY_INLINE Pack gather(const float (&values)[kSubsamples][kTilePixels], const std::int32_t* ids) {
  float lanes[kWidestPack];
  for (int lane = 0; lane < pack_width(); ++lane) {
    lanes[lane] = values[ids[lane] / kTilePixels][ids[lane] % kTilePixels];
  }
  return load(lanes);
}

HWY_INLINE void paint_hits(const PortraitModel& m, PortraitTile& tile) {
  RayList& hits = tile.arrived;
  if (hits.count == 0) return;
  hits.fill_last_pack();
  for (int first = 0; first < hits.count; first += pack_width()) {
    const std::int32_t* ids = hits.id + first;
    const Pack3 direction = ray_direction(load(hits.x + first), load(hits.y + first));
    const Pack3 at = ray_point(direction, load(hits.along + first));
    const Illumination light{
        {gather(tile.normal[0], ids), gather(tile.normal[1], ids), gather(tile.normal[2], ids)},
        gather(tile.open, ids),
        gather(tile.visible, ids)};
    const Surface surface = painted_surface(m, at, scene_parts(m, at));
    const Pack3 colour = lit_colour(m, surface, light, direction);
    float red[kWidestPack], green[kWidestPack], blue[kWidestPack];
    store(colour.x, red);
    store(colour.y, green);
    store(colour.z, blue);
    for (int lane = 0; lane < pack_width(); ++lane) {
      const int sample = ids[lane] / kTilePixels, pixel = ids[lane] % kTilePixels;
      tile.colour[0][sample][pixel] = red[lane];
      tile.colour[1][sample][pixel] = green[lane];
      tile.colour[2][sample][pixel] = blue[lane];
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace sgilo
HWY_AFTER_NAMESPACE();

#endif  // toggled include guard
