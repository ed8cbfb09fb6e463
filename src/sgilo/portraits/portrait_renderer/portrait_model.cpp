// Derives the solid shapes of a portrait from its parameters.
#include "sgilo/portraits/portrait_renderer/portrait_model.h"

#include <algorithm>
#include <cmath>

namespace sgilo {
namespace {

constexpr double kPi = 3.14159265358979323846;

Ellipsoid ellipsoid(Vector3 centre, Vector3 radii) {
  return {centre, {1 / radii.x, 1 / radii.y, 1 / radii.z}};
}

RoundCone round_cone(Vector3 start, Vector3 end, float start_radius, float end_radius) {
  const Vector3 axis{end.x - start.x, end.y - start.y, end.z - start.z};
  const float squared = axis.x * axis.x + axis.y * axis.y + axis.z * axis.z;
  return {start, axis, 1 / squared, start_radius, end_radius - start_radius};
}

// Yaw about y, then pitch about x, then roll about z: R = Ry Rx Rz.
void set_rotation(PortraitModel& m) {
  const auto& pose = m.parameters.pose;
  const float cos_yaw = portable_cosine(pose.yaw), sin_yaw = portable_sine(pose.yaw);
  const float cos_pitch = portable_cosine(pose.pitch), sin_pitch = portable_sine(pose.pitch);
  const float cos_roll = portable_cosine(pose.roll), sin_roll = portable_sine(pose.roll);
  const float yaw_pitch[9] = {cos_yaw,  sin_yaw * sin_pitch, sin_yaw * cos_pitch,
                              0,        cos_pitch,           -sin_pitch,
                              -sin_yaw, cos_yaw * sin_pitch, cos_yaw * cos_pitch};
  const float roll[9] = {cos_roll, -sin_roll, 0, sin_roll, cos_roll, 0, 0, 0, 1};
  for (int row = 0; row < 3; ++row) {
    for (int column = 0; column < 3; ++column) {
      float sum = 0;
      for (int k = 0; k < 3; ++k) {
        sum += yaw_pitch[row * 3 + k] * roll[k * 3 + column];
      }
      m.rotation[row * 3 + column] = sum;
    }
  }
}

void add_head(PortraitModel& m) {
  const auto& face = m.parameters.face;
  const auto& expression = m.parameters.expression;
  const float jaw_drop = -0.09f * expression.mouth_open;
  const float cheek_lift = std::max(expression.smile, 0.0f);
  const float width = face.head_width;
  m.skull = ellipsoid({0, 0.28f, -0.12f}, {0.74f * width, 0.80f * face.head_height, 0.84f});
  m.jaw = ellipsoid({0, -0.28f, 0.10f},
                    {0.61f * width * face.jaw_width, 0.68f * face.jaw_height, 0.62f});
  m.chin = ellipsoid({0, -0.83f * face.jaw_height + jaw_drop, 0.44f},
                     {0.20f * face.chin_size, 0.14f * face.chin_size, 0.15f});
  m.cheek = {{0.36f * width, -0.26f + 0.05f * cheek_lift, 0.44f},
             0.19f * face.cheek_size + 0.025f * cheek_lift};
  m.brow = round_cone({0.10f, 0.17f, 0.62f}, {0.44f, 0.18f, 0.46f}, 0.08f * face.brow_ridge,
                      0.07f * face.brow_ridge);
  m.eye_socket = {{face.eye_spacing, 0.01f, 0.86f}, 0.19f};
  m.eyeball = {{face.eye_spacing, 0, 0.475f}, 0.17f};
  m.nose = round_cone({0, 0.12f, 0.66f},
                      {0, -0.20f * face.nose_length - 0.05f, 0.72f + 0.14f * face.nose_height},
                      0.055f, 0.085f * face.nose_width);
  m.nostril_wing = {{0.095f * face.nose_width, -0.235f * face.nose_length - 0.06f, 0.74f},
                    0.055f * face.nose_width};
  m.mouth = ellipsoid({0, face.mouth_height + 0.5f * jaw_drop, 0.62f},
                      {face.mouth_width * 0.9f,
                       0.10f + 0.05f * face.lip_thickness + 0.05f * expression.mouth_open, 0.09f});
  m.ear = ellipsoid({0.77f * width, -0.02f, -0.1f},
                    {0.09f, 0.21f * face.ear_size, 0.14f * face.ear_size});
  const auto& beard = m.parameters.beard;
  m.beard_depth = 0.03f + 0.09f * beard.length;
  m.inverse_mouth_width = 1 / (face.mouth_width * (1 + 0.20f * cheek_lift));
  m.smile_height = 0.15f * expression.smile;
}

void add_afro(PortraitModel& m) {
  const auto& hair = m.parameters.hair;
  const float radius = 0.92f + 0.22f * hair.volume;
  m.hair_cap = ellipsoid({0, 0.42f, -0.2f}, {radius, radius * 0.95f, radius * 0.9f});
  m.face_opening = ellipsoid({0, -0.28f, 0.78f},
                             {0.60f * m.parameters.face.head_width, 0.78f + hair.hairline, 0.78f});
}

void add_hair(PortraitModel& m) {
  const auto& hair = m.parameters.hair;
  const float width = m.parameters.face.head_width;
  const float volume = hair.volume;
  const bool is_bob = hair.style == HairStyle::bob;
  const bool is_long = is_bob || hair.style == HairStyle::straight;
  const float thickness = hair.style == HairStyle::cropped ? 0.05f + 0.07f * volume
                          : hair.style == HairStyle::bun   ? 0.06f + 0.03f * volume
                                                           : 0.08f + 0.07f * volume;
  m.wobble = 0.02f + 0.022f * hair.waviness;
  m.parting_x = 0.34f * hair.parting;
  m.parting_depth = hair.parting_depth * (hair.style == HairStyle::side ? 0.45f
                                          : !is_long                    ? 0.12f
                                          : hair.fringe > 0             ? 0.1f
                                                                        : 1.0f);
  m.hair_cap =
      ellipsoid({0, 0.28f + 0.3f * thickness, -0.14f},
                {0.74f * width + thickness,
                 0.80f * m.parameters.face.head_height + thickness * 1.2f, 0.84f + thickness});
  m.hair_quiff = ellipsoid({hair.parting > 0 ? 0.3f : -0.3f, 0.92f, 0.28f},
                           {0.5f, 0.18f + 0.08f * volume, 0.42f});
  const float raised = hair.hairline - (is_long ? hair.fringe : 0.0f);
  m.face_opening = ellipsoid({0, -0.30f, 0.80f}, {0.60f * width, 0.88f + raised, 0.80f});
  m.ear_opening = ellipsoid({0.8f * width, -0.52f, 0.1f}, {0.4f, 0.50f, 0.62f});
  m.bun = {{hair.parting * 0.1f, 1.12f + 0.1f * volume, -0.25f}, 0.24f + 0.1f * volume};
  m.hair_floor = is_bob    ? -0.55f - 0.45f * hair.length
                 : is_long ? -1.35f - 0.9f * hair.length
                           : -0.32f;
  m.hair_side = ellipsoid({0, (m.hair_floor + 0.3f) * 0.5f, -0.22f},
                          {(is_bob ? 0.80f : 0.78f) * width + 0.12f * volume,
                           (0.3f - m.hair_floor) * 0.62f, 0.55f + 0.05f * volume});
  m.curl = 0.05f * hair.waviness;
  m.neck_opening =
      ellipsoid({0, -0.75f, 0.75f}, {(0.54f - 0.05f * hair.length) * width, 0.85f, 0.80f});
  if (hair.style == HairStyle::afro) add_afro(m);
}

void add_hat(PortraitModel& m) {
  const auto& face = m.parameters.face;
  const float gap =
      m.parameters.hair.style == HairStyle::bald ? 0.03f : 0.07f + 0.04f * m.parameters.hair.volume;
  m.hat_dome = ellipsoid({0, 0.30f, -0.13f}, {0.76f * face.head_width + gap,
                                              0.86f * face.head_height + gap, 0.86f + gap});
  m.hat_brim = m.parameters.hat.style == HatStyle::cap
                   ? ellipsoid({0, 0.50f, 0.66f}, {0.58f, 0.5f, 0.66f})
                   : ellipsoid({0, 0.52f, 0}, {1.38f, 0.5f, 1.3f});
}

void add_body(PortraitModel& m) {
  const auto& face = m.parameters.face;
  m.neck = round_cone({0, -0.6f, -0.25f}, {0, -1.5f, -0.35f}, face.neck_radius,
                      face.neck_radius * 1.15f);
  m.turtleneck = round_cone({0, -0.9f, -0.28f}, {0, -1.5f, -0.3f}, face.neck_radius + 0.05f,
                            face.neck_radius + 0.12f);
  m.torso = ellipsoid({0, -2.0f, -0.35f}, {1.28f - 0.2f * face.delicacy, 0.76f, 0.58f});
  m.shoulder = {{0.97f - 0.15f * face.delicacy, -1.86f, -0.38f}, 0.40f};
  m.neckline = ellipsoid({0, -1.28f, 0.1f}, {0.36f, 0.42f, 0.6f});
}

}  // namespace

float portable_sine(float radians) {
  const double turns = std::floor(radians / kPi + 0.5);
  const double x = radians - turns * kPi;  // [-pi/2, pi/2]
  const double s = x * x;
  // Taylor to x^11.
  const double sine = x * (1 - s / 6 * (1 - s / 20 * (1 - s / 42 * (1 - s / 72 * (1 - s / 110)))));
  return static_cast<float>(static_cast<long long>(turns) % 2 == 0 ? sine : -sine);
}

float portable_cosine(float radians) {
  return portable_sine(static_cast<float>(radians + kPi / 2));
}

PortraitModel::PortraitModel(const PortraitParameters& drawn) : parameters(drawn) {
  const auto& key = drawn.light;
  set_rotation(*this);
  light = {portable_sine(key.azimuth) * portable_cosine(key.elevation),
           portable_sine(key.elevation),
           portable_cosine(key.azimuth) * portable_cosine(key.elevation)};
  const auto& background = drawn.background;
  const float slope = 0.45f * background.gradient_strength;
  gradient = {slope * portable_cosine(background.gradient_angle),
              slope * portable_sine(background.gradient_angle), 0};
  add_head(*this);
  add_hair(*this);
  add_hat(*this);
  add_body(*this);
}

}  // namespace sgilo
