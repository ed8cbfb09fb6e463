// The attributes of portraits follow their stated distributions: shares within five standard
// errors, means and deviations within the error of 40,000 draws (seeds fixed, so a pass stays a
// pass).
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "sgilo/portraits/portraits.h"

namespace sgilo {
namespace {

constexpr int kDraws = 40000;

const std::vector<PortraitAttributes>& draws() {
  static const auto all = [] {
    std::vector<PortraitAttributes> result;
    for (std::uint64_t index = 0; index < kDraws; ++index) {
      result.push_back(attributes(draw_portrait_parameters(99, PortraitSplit::test, index)));
    }
    return result;
  }();
  return all;
}

template <class Predicate>
void expect_share(double probability, Predicate has, const char* what) {
  int count = 0;
  for (const auto& a : draws()) count += has(a) ? 1 : 0;
  const double error = std::sqrt(probability * (1 - probability) / kDraws);
  EXPECT_NEAR(static_cast<double>(count) / kDraws, probability, 5 * error) << what;
}

TEST(PortraitAttributes, LieInTheirRanges) {
  for (const auto& a : draws()) {
    EXPECT_LE(std::abs(a.yaw), 30.001);
    EXPECT_LE(std::abs(a.pitch), 14.001);
    EXPECT_LE(std::abs(a.roll), 11.001);
    EXPECT_TRUE(a.smile >= -0.8f && a.smile <= 1.25f) << a.smile;
    EXPECT_TRUE(a.mouth_open == 0 || (a.mouth_open >= 0.1f && a.mouth_open <= 1)) << a.mouth_open;
    EXPECT_TRUE(a.eyelid_opening >= 0.12f && a.eyelid_opening <= 1.25f) << a.eyelid_opening;
    EXPECT_TRUE(a.light_elevation >= -10.001f && a.light_elevation <= 70.001f);
    EXPECT_LE(std::abs(a.light_azimuth), 85.001);
    EXPECT_TRUE(a.exposure >= 0.75f && a.exposure <= 1.25f);
    for (float unit : {a.delicacy, a.age, a.skin_tone}) EXPECT_TRUE(unit >= 0 && unit <= 1);
    for (const Rgb& c :
         {a.skin_colour, a.hair_colour, a.eye_colour, a.clothes_colour, a.background_colour}) {
      for (float channel : {c.red, c.green, c.blue}) EXPECT_TRUE(channel >= 0 && channel <= 1);
    }
  }
}

TEST(PortraitAttributes, HaveTheStatedSharesOfStyles) {
  // Half of the faces are rugged, half delicate; their hair differs, and only rugged ones have
  // beards.
  const double rugged[] = {0.13, 0.42, 0.27, 0.05, 0.04, 0.03, 0.06};
  const double delicate[] = {0.02, 0.10, 0.08, 0.25, 0.35, 0.13, 0.07};
  for (int style = 0; style < 7; ++style) {
    const auto hair = static_cast<HairStyle>(style);
    expect_share((rugged[style] + delicate[style]) / 2, [&](auto& a) { return a.hair == hair; },
                 std::string(name(hair)).c_str());
  }
  const double beards[] = {0.76, 0.06, 0.06, 0.12};
  const double glasses[] = {0.74, 0.10, 0.10, 0.06};
  const double hats[] = {0.86, 0.06, 0.04, 0.04};
  for (int style = 0; style < 4; ++style) {
    expect_share(
        beards[style], [&](auto& a) { return a.beard == static_cast<BeardStyle>(style); }, "beard");
    expect_share(
        glasses[style], [&](auto& a) { return a.glasses == static_cast<GlassesStyle>(style); },
        "glasses");
    expect_share(
        hats[style], [&](auto& a) { return a.hat == static_cast<HatStyle>(style); }, "hat");
  }
  expect_share(
      0.38, [](auto& a) { return a.mouth_open > 0; }, "open mouths");
  expect_share(
      0.04, [](auto& a) { return a.eyelid_opening < 0.2f; }, "closed eyes");
}

TEST(PortraitAttributes, GiveLabelsOfMean0AndDeviation1) {
  const auto table = portrait_regressions();
  std::vector<double> sum(table.size()), squares(table.size());
  for (const auto& a : draws()) {
    const auto labels = regression_labels(a);
    for (std::size_t i = 0; i < labels.size(); ++i) {
      sum[i] += labels[i];
      squares[i] += labels[i] * labels[i];
    }
  }
  for (std::size_t i = 0; i < table.size(); ++i) {
    const double mean = sum[i] / kDraws;
    EXPECT_NEAR(mean, 0, 5 / std::sqrt(kDraws) + 0.005) << table[i].name;
    EXPECT_NEAR(std::sqrt(squares[i] / kDraws - mean * mean), 1, 0.03) << table[i].name;
  }
}

TEST(PortraitAttributes, AreIndependentOfTheirNeighbours) {
  double product = 0;  // of the yaws of portraits i and i + 1
  for (std::size_t i = 0; i + 1 < draws().size(); ++i) {
    product += draws()[i].yaw * draws()[i + 1].yaw / (12.0 * 12.0);
  }
  EXPECT_NEAR(product / kDraws, 0, 5 / std::sqrt(kDraws));
}

}  // namespace
}  // namespace sgilo
