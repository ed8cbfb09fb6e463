// Sphere tracing of one tile: rays advance by the distance to the scene, first as cones through
// cells of 4 x 4 pixels, then through pixels, then as four rays per pixel. Between rounds of a few
// steps the rays that have ended leave the list, so that packs stay full of work.
#if defined(SGILO_DATA_PORTRAIT_TRACE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SGILO_DATA_PORTRAIT_TRACE_INL_H_
#undef SGILO_DATA_PORTRAIT_TRACE_INL_H_
#else
#define SGILO_DATA_PORTRAIT_TRACE_INL_H_
#endif

#include "sgilo/data/portrait_light-inl.h"
#include "sgilo/data/portrait_tile.h"

HWY_BEFORE_NAMESPACE();
namespace sgilo {
namespace HWY_NAMESPACE {

constexpr float kCameraDistance = 7.0f;
constexpr float kNearPlane = 1.6f, kFarPlane = -1.25f;  // z; the portrait lies between them
constexpr float kNothing = 1e6f;                        // depth where no surface is hit

HWY_INLINE Pack3 ray_direction(Pack x, Pack y) { return unit({x, y, -kCameraDistance}); }
HWY_INLINE Pack3 ray_point(Pack3 direction, Pack along) {
  return {direction.x * along, direction.y * along, kCameraDistance + direction.z * along};
}

// Advances `rays` until they are within `radius` of the scene, where they move to `arrived`, or
// leave it behind. A ray that is still on its way after `rounds` grazes a surface and counts as
// arrived. A step is at most `reach` times the distance: more than 1 where the distance shrinks
// slowly, as it does on rays that come in at an angle.
static HWY_NOINLINE void march(const PortraitModel& m, float radius, float reach, int rounds,
                               RayList& rays, RayList& arrived) {
  constexpr int kStepsPerRound = 3;
  constexpr float kCautious = 0.93f;  // the shapes overestimate their distances at times
  const int width = pack_width();
  arrived.count = 0;
  for (int round = 0; round < rounds && rays.count > 0; ++round) {
    const int count = rays.count;
    rays.fill_last_pack();
    rays.count = 0;
    for (int first = 0; first < count; first += width) {
      const Pack x = load(rays.x + first), y = load(rays.y + first);
      const Pack3 direction = ray_direction(x, y);
      const Pack end = (kFarPlane - kCameraDistance) / direction.z;
      Pack along = load(rays.along + first);
      Pack distance_left = 0.0f, previous = 0.0f, step_length = 0.0f;
      for (int step = 0; step < kStepsPerRound; ++step) {
        distance_left = scene_distance(m, ray_point(direction, along));
        const Mask moving = (distance_left > radius) & (along < end);
        if (!any(moving)) break;
        const Pack shrunk = previous - distance_left;  // secant: 0 after step_length / shrunk more
        const Pack secant = clamp(step_length / maximum(shrunk, 1e-6f), kCautious, reach);
        step_length = distance_left * select(shrunk > 0.0f, secant, kCautious);
        previous = distance_left;
        along = select(moving, along + step_length, along);
      }
      float ended_at[kWidestPack], left[kWidestPack], ends[kWidestPack];
      store(along, ended_at);
      store(distance_left, left);
      store(end, ends);
      for (int lane = 0; lane < width && first + lane < count; ++lane) {
        const int ray = first + lane;
        if (!(ended_at[lane] < ends[lane])) continue;
        RayList& next = left[lane] > radius ? rays : arrived;
        next.add(rays.id[ray], rays.x[ray], rays.y[ray], ended_at[lane]);
      }
    }
  }
  for (int ray = 0; ray < rays.count; ++ray) {
    arrived.add(rays.id[ray], rays.x[ray], rays.y[ray], rays.along[ray]);
  }
  rays.count = 0;
}

HWY_INLINE void fill_background(const PortraitModel& m, PortraitTile& tile) {
  float steps[kWidestPack];
  for (int i = 0; i < kWidestPack; ++i) steps[i] = static_cast<float>(i) + 0.5f;
  for (int row = 0; row < tile.height; ++row) {
    const Pack y = tile.plane_y(static_cast<float>(tile.top + row) + 0.5f);
    for (int column = 0; column < tile.width; column += pack_width()) {
      const Pack x =
          tile.plane_left + (load(steps) + static_cast<float>(tile.left + column)) * tile.pixel;
      const Pack3 colour = background_colour(m, x, y);
      for (int sample = 0; sample < kSubsamples; ++sample) {
        const int pixel = row * kTileSize + column;
        store(colour.x, tile.colour[0][sample] + pixel);
        store(colour.y, tile.colour[1][sample] + pixel);
        store(colour.z, tile.colour[2][sample] + pixel);
        store(kNothing, tile.depth[sample] + pixel);
      }
    }
  }
}

// Leaves in tile.arrived the pixels whose cone meets the portrait.
HWY_INLINE void find_pixels(const PortraitModel& m, PortraitTile& tile) {
  const float start = kCameraDistance - kNearPlane;
  constexpr float kHalfDiagonal = 0.75f;  // of a square of edge 1, and a little more
  tile.rays.count = 0;
  for (int row = 0; row < tile.height; row += kCellSize) {
    for (int column = 0; column < tile.width; column += kCellSize) {
      tile.rays.add(row * kTileSize + column,
                    tile.plane_x(static_cast<float>(tile.left + column + kCellSize / 2)),
                    tile.plane_y(static_cast<float>(tile.top + row + kCellSize / 2)), start);
    }
  }
  const float cell_radius = kHalfDiagonal * kCellSize * tile.pixel;
  march(m, cell_radius, 1, 12, tile.rays, tile.arrived);
  for (int cell = 0; cell < tile.arrived.count; ++cell) {
    const int top = tile.arrived.id[cell] / kTileSize, left = tile.arrived.id[cell] % kTileSize;
    const float along = tile.arrived.along[cell] - cell_radius;
    for (int row = top; row < top + kCellSize && row < tile.height; ++row) {
      for (int column = left; column < left + kCellSize && column < tile.width; ++column) {
        tile.rays.add(row * kTileSize + column,
                      tile.plane_x(static_cast<float>(tile.left + column) + 0.5f),
                      tile.plane_y(static_cast<float>(tile.top + row) + 0.5f), along);
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
      const float right = sample % 2 == 0 ? -0.25f : 0.25f;
      const float up = sample / 2 == 0 ? 0.25f : -0.25f;
      tile.rays.add(sample * kTilePixels + tile.arrived.id[ray],
                    tile.arrived.x[ray] + right * tile.pixel, tile.arrived.y[ray] + up * tile.pixel,
                    tile.arrived.along[ray]);
    }
  }
  march(m, 0.15f * tile.pixel, 2, 20, tile.rays, tile.arrived);
  for (int hit = 0; hit < tile.arrived.count; ++hit) {
    const int id = tile.arrived.id[hit];
    tile.depth[id / kTilePixels][id % kTilePixels] = tile.arrived.along[hit];
  }
}

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
        tile.rays.add(kSubsamples * kTilePixels + pixel,
                      tile.plane_x(static_cast<float>(tile.left + column) + 0.5f),
                      tile.plane_y(static_cast<float>(tile.top + row) + 0.5f), depth);
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

// The glasses lie in a plane in front of the eyes; a nearer surface hides them.
HWY_INLINE void add_glasses(const PortraitModel& m, PortraitTile& tile) {
  constexpr float kPlane = 0.80f;  // z in head coordinates
  const Pack3 camera = to_head(m, {0.0f, 0.0f, kCameraDistance});
  float steps[kWidestPack];
  for (int i = 0; i < kWidestPack; ++i) steps[i] = static_cast<float>(i) + 0.5f;
  for (int sample = 0; sample < kSubsamples; ++sample) {
    const float right = sample % 2 == 0 ? -0.25f : 0.25f;
    const float down = sample / 2 == 0 ? -0.25f : 0.25f;
    for (int row = 0; row < tile.height; ++row) {
      const Pack y = tile.plane_y(static_cast<float>(tile.top + row) + 0.5f + down);
      for (int column = 0; column < tile.width; column += pack_width()) {
        const Pack x =
            tile.plane_left +
            (load(steps) + (static_cast<float>(tile.left + column) + right)) * tile.pixel;
        const Pack3 ray = direction_to_head(m, ray_direction(x, y));
        const Pack along = (kPlane - camera.z) / ray.z;
        const Pack lens_x = camera.x + ray.x * along, lens_y = camera.y + ray.y * along;
        if (!any((absolute(lens_x) < 0.66f) & (absolute(lens_y) < 0.3f))) continue;
        const int pixel = row * kTileSize + column;
        float* red = tile.colour[0][sample] + pixel;
        float* green = tile.colour[1][sample] + pixel;
        float* blue = tile.colour[2][sample] + pixel;
        const Pack visible = select(load(tile.depth[sample] + pixel) < along, 0.0f, 1.0f);
        const Pack3 colour =
            through_glasses(m, {load(red), load(green), load(blue)}, lens_x, lens_y, visible);
        store(colour.x, red);
        store(colour.y, green);
        store(colour.z, blue);
      }
    }
  }
}

// Exposure, a soft shoulder for bright light, and a square root as gamma; then the mean of the
// four.
HWY_INLINE void write_pixels(const PortraitModel& m, const PortraitTile& tile, int image_size,
                             std::uint8_t* rgb) {
  for (int row = 0; row < tile.height; ++row) {
    for (int column = 0; column < tile.width; column += pack_width()) {
      const int pixel = row * kTileSize + column;
      for (int channel = 0; channel < 3; ++channel) {
        Pack sum = 0.0f;
        for (int sample = 0; sample < kSubsamples; ++sample) {
          const Pack light = positive_part(load(tile.colour[channel][sample] + pixel)) *
                             m.parameters.light.exposure;
          sum = sum + square_root(minimum(1.12f * light / (1.0f + 0.18f * light), 1.0f));
        }
        float bytes[kWidestPack];
        store(sum * (255.0f / kSubsamples) + 0.5f, bytes);
        for (int lane = 0; lane < pack_width() && column + lane < tile.width; ++lane) {
          const int at = (tile.top + row) * image_size + tile.left + column + lane;
          rgb[at * 3 + channel] = static_cast<std::uint8_t>(bytes[lane]);
        }
      }
    }
  }
}

void render_tile(const PortraitModel& m, PortraitTile& tile, int image_size, std::uint8_t* rgb) {
  fill_background(m, tile);
  find_pixels(m, tile);
  find_hits(m, tile);
  choose_points(tile);
  light_points(m, tile);
  paint_hits(m, tile);
  if (m.parameters.glasses.style != GlassesStyle::none) add_glasses(m, tile);
  write_pixels(m, tile, image_size, rgb);
}

}  // namespace HWY_NAMESPACE
}  // namespace sgilo
HWY_AFTER_NAMESPACE();

#endif  // toggled include guard
