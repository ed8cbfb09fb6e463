#ifdef SGILO_WITH_IMAGES
#include "sgilo/data/codecs/colour_profile.h"

#include <gtest/gtest.h>

#include <cmath>

#include "data/sample_images.h"

namespace sgilo {
namespace {

// The curve of sRGB (IEC 61966-2-1), from light to what is stored.
double srgb_of_light(double light) {
  return light <= 0.0031308 ? 12.92 * light : 1.055 * std::pow(light, 1 / 2.4) - 0.055;
}

Tensor colour(std::vector<float> values) {
  return torch::tensor(values).view({static_cast<std::int64_t>(values.size()), 1, 1});
}

// By levels of 255.
void expect_levels(const Tensor& found, const Tensor& expected, double levels) {
  ASSERT_EQ(found.sizes(), expected.sizes());
  EXPECT_LE((found - expected).abs().max().item<double>() * 255, levels);
}

TEST(ColourProfile, KeepsColoursWithoutAProfileAndWithThatOfSrgb) {
  for (const std::string& profile : {std::string(), sample::srgb()}) {
    const ColourConversion conversion = conversion_to_srgb(ColourModel::rgb, false, profile);
    EXPECT_FALSE(conversion.to_srgb);
    EXPECT_EQ(conversion.problem, "");
    EXPECT_FALSE(conversion.is_slow || conversion.is_rough);
  }
}

TEST(ColourProfile, TurnsDisplayP3IntoSrgb) {
  // 211 61 52 of Display P3 is 230 40 40 of sRGB.
  for (const bool wide : {false, true}) {
    const auto conversion = conversion_to_srgb(ColourModel::rgb, wide, sample::display_p3());
    ASSERT_TRUE(conversion.to_srgb);
    expect_levels(conversion.to_srgb(colour({211 / 255.F, 61 / 255.F, 52 / 255.F})),
                  colour({230 / 255.F, 40 / 255.F, 40 / 255.F}), 1);
  }
}

TEST(ColourProfile, WholeNumbersAndFloatsAgreeWithinHalfALevel) {
  const auto whole = conversion_to_srgb(ColourModel::rgb, false, sample::display_p3());
  const auto floats = conversion_to_srgb(ColourModel::rgb, true, sample::display_p3());
  EXPECT_FALSE(whole.is_slow);
  EXPECT_TRUE(floats.is_slow);
  torch::manual_seed(1);
  const Tensor colours = torch::randint(256, {3, 40, 50}).to(torch::kFloat32) / 255;
  expect_levels(whole.to_srgb(colours), floats.to_srgb(colours), 0.5);
}

TEST(ColourProfile, TurnsGreyOfAnotherCurveIntoThatOfSrgb) {
  const auto conversion = conversion_to_srgb(ColourModel::grey, false, sample::grey_of_gamma(1.8));
  ASSERT_TRUE(conversion.to_srgb);
  for (const double level : {0.0, 0.1, 0.5, 0.9, 1.0})
    expect_levels(conversion.to_srgb(colour({static_cast<float>(level)})),
                  colour({static_cast<float>(srgb_of_light(std::pow(level, 1.8)))}), 0.5);
}

TEST(ColourProfile, GreyMayStateTheProfileOfColours) {
  const auto conversion = conversion_to_srgb(ColourModel::grey, true, sample::display_p3());
  ASSERT_TRUE(conversion.to_srgb);
  expect_levels(conversion.to_srgb(colour({0.5F})), colour({0.5F}), 0.5);  // as of sRGB
}

TEST(ColourProfile, MixesInkWithoutAProfileAndSaysThatItIsRough) {
  const auto conversion = conversion_to_srgb(ColourModel::cmyk, false, "");
  EXPECT_TRUE(conversion.is_rough);
  expect_levels(conversion.to_srgb(colour({0.0F, 0.5F, 1.0F, 0.2F})), colour({0.8F, 0.4F, 0.0F}),
                1e-4);
}

TEST(ColourProfile, LeavesAsideWhatCannotBeUsedAndSaysWhy) {
  const auto problem = [](ColourModel model, const std::string& profile) {
    return conversion_to_srgb(model, false, profile).problem;
  };
  EXPECT_EQ(problem(ColourModel::rgb, "no profile"), "its colour profile is damaged");
  EXPECT_EQ(problem(ColourModel::rgb, sample::grey_of_gamma(2)),
            "its colour profile is for other colours");
  EXPECT_EQ(problem(ColourModel::cmyk, sample::srgb()), "its colour profile is for other colours");
  EXPECT_TRUE(conversion_to_srgb(ColourModel::cmyk, false, sample::srgb()).is_rough);
}

TEST(ColourProfile, LeavesAsideAProfileOfAnyNumberOfElements) {
  cmsHPROFILE profile = cmsCreate_sRGBProfile();
  cmsSetProfileVersion(profile, 4.3);
  cmsPipeline* pipeline = cmsPipelineAlloc(nullptr, 3, 3);
  const cmsFloat64Number identity[]{1, 0, 0, 0, 1, 0, 0, 0, 1};
  for (int i = 0; i < 100; ++i)
    cmsPipelineInsertStage(pipeline, cmsAT_END,
                           cmsStageAllocMatrix(nullptr, 3, 3, identity, nullptr));
  ASSERT_TRUE(cmsWriteTag(profile, cmsSigDToB0Tag, pipeline));
  cmsPipelineFree(pipeline);
  EXPECT_EQ(conversion_to_srgb(ColourModel::rgb, false, sample::saved(profile)).problem,
            "its colour profile is one of free elements (DToB)");
}

TEST(ColourProfile, OfStatedGammaAndPrimariesIsEmptyWhereTheyMeanSrgb) {
  EXPECT_EQ(profile_of({}, false), "");
  EXPECT_EQ(profile_of({.gamma = 1 / 2.2}, true), "");
  EXPECT_EQ(profile_of({.gamma = -1}, true), "");
  StatedColours p3{.gamma = 1 / 2.2, .has_chromaticities = true};
  p3.chromaticities = {0.3127, 0.3290, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060};
  EXPECT_EQ(profile_of(p3, true), "");  // of grey
  const auto conversion = conversion_to_srgb(ColourModel::rgb, false, profile_of(p3, false));
  ASSERT_TRUE(conversion.to_srgb);
  expect_levels(conversion.to_srgb(colour({211 / 255.F, 61 / 255.F, 52 / 255.F})),
                colour({230 / 255.F, 40 / 255.F, 40 / 255.F}), 1);
  const auto linear = conversion_to_srgb(ColourModel::grey, true, profile_of({.gamma = 1}, true));
  ASSERT_TRUE(linear.to_srgb);
  expect_levels(linear.to_srgb(colour({0.25F})), colour({static_cast<float>(srgb_of_light(0.25))}),
                0.5);
}

}  // namespace
}  // namespace sgilo
#endif
