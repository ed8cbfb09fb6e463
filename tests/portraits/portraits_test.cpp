// Portraits are a pure function of seed, split, index and size: the same bytes everywhere.
#include "sgilo/portraits/portraits.h"

#include <gtest/gtest.h>
#include <hwy/highway.h>

#include <array>
#include <cmath>
#include <set>
#include <thread>

#include "sgilo/core/error.h"
#include "support/error_text.h"

namespace sgilo {
namespace {

using Pixels = std::vector<std::uint8_t>;

Pixels rendered(const PortraitParameters& parameters, int size) {
  Pixels pixels(static_cast<std::size_t>(size) * static_cast<std::size_t>(size) * 3);
  render_portrait(parameters, size, pixels);
  return pixels;
}

std::uint64_t fnv1a(const Pixels& pixels) {
  std::uint64_t hash = 0xCBF29CE484222325u;
  for (std::uint8_t byte : pixels) hash = (hash ^ byte) * 0x100000001B3u;
  return hash;
}

// Mean absolute difference over the pixels of a box, in fractions of the image's edge.
double difference(const Pixels& a, const Pixels& b, int size, double left, double top, double right,
                  double bottom) {
  double sum = 0;
  int count = 0;
  for (int y = static_cast<int>(top * size); y < static_cast<int>(bottom * size); ++y) {
    for (int x = static_cast<int>(left * size); x < static_cast<int>(right * size); ++x) {
      for (int channel = 0; channel < 3; ++channel, ++count) {
        const auto at = static_cast<std::size_t>((y * size + x) * 3 + channel);
        sum += std::abs(a[at] - b[at]);
      }
    }
  }
  return sum / count;
}

// A frontal, bald, shaven face in light from the camera before a grey background.
PortraitParameters plain_portrait() {
  PortraitParameters p = draw_portrait_parameters(1, PortraitSplit::train, 0);
  p.pose = {0, 0, 0, 0, 0, 1};
  p.expression = {0, 0, 0, 0, 0, 0, 1};
  p.hair.style = HairStyle::bald;
  p.beard = {BeardStyle::none, 0, 0};
  p.glasses.style = GlassesStyle::none;
  p.hat.style = HatStyle::none;
  p.skin.colour = {0.8f, 0.5f, 0.4f};
  p.light.azimuth = p.light.elevation = 0;
  p.light.key = {1, 1, 1};
  p.light.exposure = 1;
  p.background = {};
  p.background.colour = p.background.second_colour = {0.1f, 0.1f, 0.1f};
  return p;
}

class OnlySimdTarget {
 public:
  explicit OnlySimdTarget(std::int64_t target) { set(target); }
  ~OnlySimdTarget() { set(0); }

 private:
  static void set(std::int64_t target) {
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  }
};

TEST(Portraits, AreTheSameInEveryVersion) {
  struct Golden {
    std::uint64_t seed;
    PortraitSplit split;
    std::uint64_t index;
    int size;
    std::uint64_t hash;
  };
  constexpr std::uint64_t kLastIndex = (std::uint64_t{1} << 62) - 1;
  const Golden goldens[] = {{1, PortraitSplit::train, 0, 64, 0x62C3E7154CA0CDBBu},
                            {1, PortraitSplit::train, 12, 64, 0x28D8A60079CCD469u},
                            {1, PortraitSplit::validation, 3, 32, 0xD9532BC84CA5579Cu},
                            {2, PortraitSplit::tune, 5, 47, 0x2C88C071EC990526u},
                            {3, PortraitSplit::test, 1000000, 128, 0x1ABF9C4B4AF62D93u},
                            {7, PortraitSplit::train, kLastIndex, 33, 0xB87CDFF72BCC8089u}};
  for (const Golden& golden : goldens) {
    const Portrait portrait = draw_portrait(golden.seed, golden.split, golden.index, golden.size);
    EXPECT_EQ(fnv1a(portrait.pixels), golden.hash)
        << name(golden.split) << " " << golden.index << ", size " << golden.size;
  }
}

TEST(Portraits, AreTheSameOnEverySimdTarget) {
  std::set<HairStyle> styles;
  for (std::uint64_t index = 0; index < 24; ++index) {
    const auto parameters = draw_portrait_parameters(5, PortraitSplit::test, index);
    styles.insert(parameters.hair.style);
    const int size = 32 + static_cast<int>(index % 5);
    const Pixels expected = rendered(parameters, size);
    for (std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
      const OnlySimdTarget only(target);
      EXPECT_EQ(rendered(parameters, size), expected)
          << hwy::TargetName(target) << ", portrait " << index;
    }
  }
  EXPECT_GE(styles.size(), 5u);
}

TEST(Portraits, AreTheSameInEveryThread) {
  constexpr int kPortraits = 8, kSize = 40;
  const auto draw = [](int index) {
    return draw_portrait(1, PortraitSplit::tune, static_cast<std::uint64_t>(index), kSize).pixels;
  };
  std::array<Pixels, kPortraits> parallel;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kPortraits; ++i) {
      threads.emplace_back([&, i] { parallel[static_cast<std::size_t>(i)] = draw(i); });
    }
  }
  for (int i = 0; i < kPortraits; ++i) {
    EXPECT_EQ(parallel[static_cast<std::size_t>(i)], draw(i)) << "portrait " << i;
  }
}

TEST(Portraits, FillImagesOfEverySize) {
  const auto parameters = draw_portrait_parameters(1, PortraitSplit::train, 4);
  for (int size : {32, 33, 63, 65, 98, 255, 256}) {
    const auto bytes = static_cast<std::size_t>(size) * static_cast<std::size_t>(size) * 3;
    Pixels over_black(bytes, 0), over_white(bytes, 255);
    render_portrait(parameters, size, over_black);
    render_portrait(parameters, size, over_white);
    EXPECT_EQ(over_black, over_white) << size;
  }
}

TEST(Portraits, LookTheSameInEverySize) {
  const auto parameters = draw_portrait_parameters(1, PortraitSplit::train, 4);
  const Pixels large = rendered(parameters, 256), small = rendered(parameters, 64);
  Pixels shrunk(small.size());
  for (std::size_t y = 0; y < 64; ++y) {
    for (std::size_t x = 0; x < 64 * 3; ++x) {
      int sum = 0;
      for (std::size_t i = 0; i < 16; ++i) {
        sum += large[(4 * y + i / 4) * 256 * 3 + (4 * (x / 3) + i % 4) * 3 + x % 3];
      }
      shrunk[y * 64 * 3 + x] = static_cast<std::uint8_t>(sum / 16);
    }
  }
  EXPECT_LT(difference(shrunk, small, 64, 0, 0, 1, 1), 2.5);
}

TEST(Portraits, RefuseOtherSizes) {
  const auto parameters = draw_portrait_parameters(1, PortraitSplit::train, 0);
  Pixels buffer(31 * 31 * 3);
  EXPECT_EQ(error_text<ConfigError>([&] { render_portrait(parameters, 31, buffer); }),
            "portrait size must be between 32 and 256, but is 31");
  EXPECT_EQ(error_text<ConfigError>([] { draw_portrait(1, PortraitSplit::train, 0, 257); }),
            "portrait size must be between 32 and 256, but is 257");
  EXPECT_EQ(error_text<ConfigError>([&] { render_portrait(parameters, 32, buffer); }),
            "a portrait of size 32 needs a buffer of 3072 bytes, but it has 2883");
}

TEST(Portraits, RefuseIndicesFrom2ToThe62) {
  EXPECT_EQ(error_text<ConfigError>(
                [] { draw_portrait_parameters(1, PortraitSplit::train, std::uint64_t{1} << 62); }),
            "portrait index must be below 2^62, but is 4611686018427387904");
}

TEST(Portraits, DifferBetweenSeedsSplitsAndIndices) {
  std::set<std::array<float, 3>> faces;
  std::size_t portraits = 0;
  for (std::uint64_t seed : {0, 1, 2}) {
    for (auto split : {PortraitSplit::train, PortraitSplit::validation, PortraitSplit::tune,
                       PortraitSplit::test}) {
      for (std::uint64_t index = 0; index < 200; ++index, ++portraits) {
        const auto p = draw_portrait_parameters(seed, split, index);
        faces.insert({p.face.delicacy, p.hair.phase, p.skin.age});
      }
    }
  }
  EXPECT_EQ(faces.size(), portraits);
}

// Each parameter hashes its own name: these values stay whatever parameters are added.
TEST(Portraits, KeepEveryParameterWhenOthersAreAdded) {
  const auto a = attributes(draw_portrait_parameters(1, PortraitSplit::train, 12));
  EXPECT_FLOAT_EQ(a.yaw, -5.27012253f);
  EXPECT_FLOAT_EQ(a.pitch, 4.42026424f);
  EXPECT_FLOAT_EQ(a.smile, 0.875726461f);
  EXPECT_FLOAT_EQ(a.skin_tone, 0.0822913647f);
  EXPECT_FLOAT_EQ(a.hair_colour.red, 0.205301955f);
  EXPECT_FLOAT_EQ(a.light_azimuth, -30.6168327f);
  EXPECT_EQ(name(a.hair), "straight");
  EXPECT_EQ(name(a.beard), "none");
  EXPECT_EQ(name(a.glasses), "round");
  EXPECT_EQ(name(a.hat), "cap");
}

TEST(Portraits, ShowTheSmileAt64Pixels) {
  PortraitParameters p = plain_portrait();
  p.expression.smile = -0.5f;
  const Pixels frown = rendered(p, 64);
  p.expression.smile = 1.0f;
  const Pixels smile = rendered(p, 64);
  EXPECT_GT(difference(frown, smile, 64, 0.35, 0.6, 0.65, 0.8), 10);  // the mouth
  EXPECT_LT(difference(frown, smile, 64, 0, 0, 1, 0.35), 1);          // forehead and background
}

TEST(Portraits, AreLitFromTheSideOfTheLight) {
  PortraitParameters p = plain_portrait();
  const auto red_at = [&](double x) {
    const Pixels pixels = rendered(p, 64);
    return static_cast<int>(pixels[static_cast<std::size_t>((34 * 64 + int(x * 64)) * 3)]);
  };
  p.light.azimuth = 1.2f;
  EXPECT_GT(red_at(0.66), red_at(0.34) + 30);
  p.light.azimuth = -1.2f;
  EXPECT_GT(red_at(0.34), red_at(0.66) + 30);
}

TEST(Portraits, AreMirroredByYawInFrontalLight) {
  PortraitParameters p = plain_portrait();
  p.hair.phase = 0;
  p.clothes.collar = CollarStyle::turtleneck;
  p.pose.yaw = 0.3f;
  const Pixels right = rendered(p, 64);
  p.pose.yaw = -0.3f;
  const Pixels left = rendered(p, 64);
  Pixels mirrored(left.size());
  for (std::size_t y = 0; y < 64; ++y) {
    for (std::size_t x = 0; x < 64; ++x) {
      for (std::size_t c = 0; c < 3; ++c) {
        mirrored[(y * 64 + x) * 3 + c] = left[(y * 64 + 63 - x) * 3 + c];
      }
    }
  }
  EXPECT_LT(difference(right, mirrored, 64, 0, 0, 1, 1), 2);
  EXPECT_GT(difference(right, left, 64, 0, 0, 1, 1), 5);
}

TEST(Portraits, ChangeWithEveryStyle) {
  const Pixels plain = rendered(plain_portrait(), 64);
  std::set<std::uint64_t> images{fnv1a(plain)};
  for (int style = 1; style < 7; ++style) {
    PortraitParameters p = plain_portrait();
    p.hair.style = static_cast<HairStyle>(style);
    images.insert(fnv1a(rendered(p, 64)));
  }
  for (int style = 1; style < 4; ++style) {
    PortraitParameters bearded = plain_portrait(), glasses = plain_portrait(),
                       hat = plain_portrait();
    bearded.beard.style = static_cast<BeardStyle>(style);
    glasses.glasses.style = static_cast<GlassesStyle>(style);
    hat.hat.style = static_cast<HatStyle>(style);
    for (const auto& p : {bearded, glasses, hat}) images.insert(fnv1a(rendered(p, 64)));
  }
  EXPECT_EQ(images.size(), 16u);
}

TEST(Portraits, NameTheirAttributes) {
  const auto named = named_attributes(attributes(plain_portrait()));
  std::set<std::string_view> names;
  for (const auto& attribute : named) names.insert(attribute.name);
  EXPECT_EQ(names.size(), named.size());
  EXPECT_EQ(named.front().name, "yaw");
  EXPECT_EQ(std::get<float>(named.front().value), 0.0f);
  EXPECT_EQ(named.back().name, "hat");
  EXPECT_EQ(std::get<std::string_view>(named.back().value), "none");
  EXPECT_EQ(name(PortraitSplit::validation), "validation");
}

TEST(Portraits, LabelStylesByTheTableOfClasses) {
  PortraitParameters p = plain_portrait();
  p.hair.style = HairStyle::afro;
  p.beard.style = BeardStyle::moustache;
  p.glasses.style = GlassesStyle::square;
  p.hat.style = HatStyle::brim;
  const auto labels = class_labels(attributes(p));
  EXPECT_EQ(labels, (std::vector<std::int64_t>{6, 1, 2, 3}));
  const auto classes = portrait_classes();
  ASSERT_EQ(classes.size(), labels.size());
  EXPECT_EQ(classes[0].name, "hair");
  EXPECT_EQ(classes[0].classes, 7);
  for (std::size_t i = 0; i < labels.size(); ++i) EXPECT_LT(labels[i], classes[i].classes);
}

TEST(Portraits, StandardiseScalarsByTheTableOfRegressions) {
  PortraitParameters p = plain_portrait();
  p.pose.yaw = 0.2f;
  p.light.azimuth = 0.5f;
  const auto table = portrait_regressions();
  const auto labels = regression_labels(attributes(p));
  ASSERT_EQ(labels.size(), table.size());
  const auto value = [&](std::string_view wanted) {
    for (std::size_t i = 0; i < table.size(); ++i) {
      if (table[i].name == wanted) return labels[i] * table[i].deviation + table[i].mean;
    }
    return NAN;
  };
  EXPECT_NEAR(value("yaw"), 0.2f * 57.29578f, 1e-4);
  EXPECT_NEAR(value("smile"), 0, 1e-6);
  EXPECT_NEAR(value("light_x"), std::sin(0.5), 1e-6);
  EXPECT_NEAR(value("exposure"), 1, 1e-6);
  EXPECT_NEAR(value("background_red"), std::sqrt(1.12 * 0.1 / (1 + 0.18 * 0.1)), 1e-6);
}

}  // namespace
}  // namespace sgilo
