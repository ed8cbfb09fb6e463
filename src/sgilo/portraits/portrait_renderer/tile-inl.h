// Renders one tile, from the background to the bytes of the image.
#if defined(SGILO_DATA_PORTRAIT_RENDERER_TILE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef SGILO_DATA_PORTRAIT_RENDERER_TILE_INL_H_
#undef SGILO_DATA_PORTRAIT_RENDERER_TILE_INL_H_
#else
#define SGILO_DATA_PORTRAIT_RENDERER_TILE_INL_H_
#endif

#include "sgilo/portraits/portrait_renderer/planes-inl.h"
#include "sgilo/portraits/portrait_renderer/shade-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sgilo {
namespace HWY_NAMESPACE {

// In the image plane, `offset` right of the left edge of each of the pixels from `column` on.
HWY_INLINE Pack pack_x(const PortraitTile& tile, int column, float offset) {
  const auto columns = hn::Iota(FloatTag(), static_cast<float>(tile.left + column));
  return tile.plane_left + (Pack(columns) + offset) * tile.pixel;
}

HWY_INLINE void fill_background(const PortraitModel& m, PortraitTile& tile) {
  for (int row = 0; row < tile.height; ++row) {
    const Pack y = tile.middle_y(row);
    for (int column = 0; column < tile.width; column += pack_width()) {
      const Pack x = pack_x(tile, column, 0.5f);
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

// The glasses lie in a plane in front of the eyes; a nearer surface hides them.
HWY_INLINE void add_glasses(const PortraitModel& m, PortraitTile& tile) {
  constexpr float kPlane = 0.80f;  // z in head coordinates
  const Pack3 camera = to_head(m, {0.0f, 0.0f, kCameraDistance});
  for (int sample = 0; sample < kSubsamples; ++sample) {
    for (int row = 0; row < tile.height; ++row) {
      const Pack y = tile.plane_y(static_cast<float>(row) + 0.5f + below_middle(sample));
      for (int column = 0; column < tile.width; column += pack_width()) {
        const Pack x = pack_x(tile, column, 0.5f + right_of_middle(sample));
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

// Exposure, a soft shoulder for bright light,
// and a square root as gamma; then the mean of the four.
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
