// The solid shapes of a portrait: what the renderer derives once per image from the parameters.
// Head coordinates: x to the right of the image, y up, z towards the camera; the face is symmetric,
// so shapes off the middle stand for both sides and are evaluated at |x|.
#pragma once

#include "sgilo/portraits/portrait_parameters.h"

namespace sgilo {

struct Vector3 {
  float x = 0, y = 0, z = 0;
};

struct Sphere {
  Vector3 centre;
  float radius;
};

struct Ellipsoid {
  Vector3 centre;
  Vector3 inverse_radii;
};

struct RoundCone {  // a thick line whose radius changes along it
  Vector3 start, axis;
  float inverse_axis_squared;
  float start_radius, radius_change;
};

struct PortraitModel {
  explicit PortraitModel(const PortraitParameters& drawn);

  PortraitParameters parameters;
  float rotation[9];  // head to world, row-major
  Vector3 light;      // unit vector towards the key light
  Vector3 gradient;   // of the background, per head unit

  // Skin, in head coordinates.
  Ellipsoid skull, jaw, chin, mouth, ear;
  Sphere cheek, eye_socket, eyeball, nostril_wing;
  RoundCone brow, nose;
  float beard_depth;
  float inverse_mouth_width, smile_height;

  // Hair.
  Ellipsoid hair_cap, hair_quiff, hair_side, face_opening, ear_opening, neck_opening;
  Sphere bun;
  float parting_x, parting_depth, wobble, curl;
  float hair_floor;  // no hair is below this y

  // Hat.
  Ellipsoid hat_dome, hat_brim;

  // Neck and clothes, in world coordinates.
  RoundCone neck, turtleneck;
  Ellipsoid torso, neckline;
  Sphere shoulder;
};

// A quarter of a millionth off at most; the same on every machine, which libm's are not.
float portable_sine(float radians);
float portable_cosine(float radians);

}  // namespace sgilo
