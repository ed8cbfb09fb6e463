#include "sgilo/workflows/measure.h"

#include <gtest/gtest.h>

#include "sgilo/data/image_io.h"
#include "support/all_pixels.h"
#include "support/error_text.h"
#include "support/temporary_folder.h"
#include "support/tiny_model.h"

namespace sgilo {
namespace {

// A picture of 8-bit values, so that a PNG keeps it.
Tensor picture(std::int64_t height, std::int64_t width) {
  return torch::randint(0, 256, {3, height, width}).to(torch::kFloat32) / 127.5 - 1;
}

// An uncompressed little-endian TIFF of uint8 [H, W, 2], the second sample being its opacity.
std::string grey_and_opacity_tiff(const Tensor& samples) {
  std::string text("II*\0\x08\0\0\0", 8);
  const auto put = [&](std::int64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i));
  };
  constexpr std::int64_t kShort = 3, kLong = 4, kEntries = 9;
  constexpr std::int64_t kEnd = 8 + 2 + 12 * kEntries + 4;
  const auto entry = [&](std::int64_t tag, std::int64_t type, std::int64_t count,
                         std::int64_t value) {
    put(tag, 2);
    put(type, 2);
    put(count, 4);
    put(value, 4);
  };
  put(kEntries, 2);
  entry(256, kLong, 1, samples.size(1));
  entry(257, kLong, 1, samples.size(0));
  entry(258, kShort, 2, 8 << 16 | 8);  // two numbers of 16 bits
  entry(262, kShort, 1, 1);            // 0 is black
  entry(273, kLong, 1, kEnd);
  entry(277, kShort, 1, 2);
  entry(278, kLong, 1, samples.size(0));
  entry(279, kLong, 1, samples.numel());
  entry(338, kShort, 1, 2);  // opacity, colours not multiplied by it
  put(0, 4);
  return text.append(static_cast<const char*>(samples.data_ptr()),
                     static_cast<std::size_t>(samples.numel()));
}

double sigma_of(const Measurement& measurement) {
  return std::get<GaussianNoiseOptions>(measurement.noise).sigma;
}

struct Files {
  TemporaryFolder folder;
  StoppingObserver observer;

  std::string write(const std::string& name, const Tensor& pixels) {
    write_png(folder / name, pixels);
    return (folder / name).string();
  }
  // A grey TIFF with an opacity; both [H, W] in [0, 1].
  std::string write_transparent(const std::string& name, const Tensor& grey,
                                const Tensor& opacity) {
    const Tensor samples = (torch::stack({grey, opacity}, 2) * 255).round().to(torch::kUInt8);
    return folder.put(name, grey_and_opacity_tiff(samples.contiguous())).string();
  }
  MeasureOptions observed(const std::string& file, const OperatorOptions& forward_operator) {
    MeasureOptions options;
    options.images = {file};
    options.observed = true;
    options.forward_operator = forward_operator;
    options.noise = GaussianNoiseOptions{};
    options.size = 16;
    return options;
  }
};

TEST(Measure, CutsTheMiddleSquareAndRecordsIt) {
  Files files;
  const Tensor whole = picture(16, 24);
  MeasureOptions options;
  options.images = {files.write("face.png", whole)};
  options.forward_operator = IdentityOptions{};
  options.noise = GaussianNoiseOptions{1e-6};
  options.size = 16;
  const Measurement measurement = take_measurement(options, files.observer);
  EXPECT_TRUE(torch::allclose(measurement.values[0], whole.slice(2, 4, 20), 0, 1e-4));
  EXPECT_EQ(measurement.images[0].name, "face");
  EXPECT_EQ(measurement.images[0].framing.left, 4);
  EXPECT_TRUE(files.observer.warnings.empty());
}

TEST(Measure, GivesEqualNamesNumbers) {
  Files files;
  std::filesystem::create_directory(files.folder / "b");
  MeasureOptions options;
  options.images = {files.write("face.png", picture(16, 16)),
                    files.write("b/face.png", picture(16, 16))};
  options.size = 16;
  EXPECT_EQ(take_measurement(options, files.observer).images[1].name, "face-2");
}

TEST(Measure, MaskOfAnotherSizeIsRefused) {
  Files files;
  MeasureOptions options;
  options.images = {files.write("face.png", picture(16, 16))};
  const std::string mask = files.write("m.png", torch::ones({1, 8, 8}));
  options.forward_operator = MaskOptions{mask};
  options.size = 16;
  EXPECT_EQ(error_text<FormatError>([&] { take_measurement(options, files.observer); }),
            mask + ": must be a mask of 16 x 16 pixels, but has 8 x 8");
  const std::string damaged = files.write("d.png", picture(16, 24));
  EXPECT_EQ(error_text<FormatError>([&] {
              take_measurement(files.observed(damaged, MaskOptions{mask}), files.observer);
            }),
            mask + ": must be a mask of 24 x 16 pixels, as " + damaged + " has, but has 8 x 8");
}

TEST(Measure, WarnsOnceOfAMaskOfGreys) {
  Files files;
  const Tensor ramp = torch::linspace(-1, 1, 20).expand({1, 20, 20});
  const std::string mask = files.write("m.png", ramp);
  const std::string warning = mask +
                              ": a mask is black and white, but 90 % of its pixels are grey; from "
                              "mid-grey on they count as seen";
  MeasureOptions options = files.observed(files.write("a.png", picture(20, 20)), MaskOptions{mask});
  options.images.push_back(files.write("b.png", picture(20, 20)));
  EXPECT_EQ(take_measurement(options, files.observer).count(), 2);
  EXPECT_EQ(files.observer.warnings, std::vector<std::string>{warning});

  Files others;
  options.observed = false;
  options.size = 20;
  EXPECT_EQ(take_measurement(options, others.observer).count(), 2);
  EXPECT_EQ(others.observer.warnings, std::vector<std::string>{warning});

  Files few;  // 4 of 400 pixels, as smoothed edges have
  Tensor sharp = torch::ones({1, 20, 20});
  sharp[0][0].slice(0, 0, 4).fill_(-0.2);
  options.forward_operator = MaskOptions{few.write("m.png", sharp)};
  take_measurement(options, few.observer);
  EXPECT_TRUE(few.observer.warnings.empty());
}

TEST(Measure, SizeIsBounded) {
  Files files;
  MeasureOptions options;
  options.images = {files.write("face.png", picture(16, 16))};
  for (const std::int64_t size : {0, 4097, 100000}) {
    options.size = size;
    EXPECT_EQ(error_text<ConfigError>([&] { take_measurement(options, files.observer); }),
              concat("size must be from 1 to 4096, but is ", size));
  }
}

TEST(Measure, ObservedDataAreTakenAsTheyAre) {
  Files files;
  const Tensor damaged = picture(16, 16);
  Tensor mask = torch::ones({1, 16, 16});
  mask.slice(1, 4, 9).fill_(-1);
  const std::string mask_file = files.write("m.png", mask);
  const Measurement measurement = take_measurement(
      files.observed(files.write("d.png", damaged), MaskOptions{mask_file}), files.observer);
  EXPECT_TRUE(measurement.observed);
  EXPECT_EQ(measurement.scalars(), 3 * 11 * 16);
  const Tensor expected = damaged.masked_select(mask.gt(0)).view({3, -1});
  EXPECT_TRUE(torch::allclose(measurement.values[0], expected, 0, 1e-6));
}

TEST(Measure, ADamagedImageWithBlackHolesIsItsOwnMask) {
  Files files;
  Tensor damaged = picture(16, 16).clamp_min(-0.9);
  damaged.slice(1, 4, 9).fill_(-1);
  const std::string file = files.write("d.png", damaged);
  const Measurement measurement =
      take_measurement(files.observed(file, MaskOptions{file, 0.001}), files.observer);
  EXPECT_EQ(measurement.scalars(), 3 * 11 * 16);
  EXPECT_TRUE(files.observer.warnings.empty());
}

TEST(Measure, ShrinkingObservedDataMixesSeenPixelsOnly) {
  Files files;
  Tensor damaged = torch::full({3, 32, 32}, 0.2);
  Tensor mask = torch::ones({1, 32, 32});
  mask.slice(1, 0, 1).fill_(-1);    // half of the first row of squares: still seen
  mask.slice(1, 10, 12).fill_(-1);  // the whole sixth row: not seen
  damaged.slice(1, 0, 1).fill_(-1);
  const std::string mask_file = files.write("m.png", mask);
  const Measurement measurement = take_measurement(
      files.observed(files.write("d.png", damaged), MaskOptions{mask_file}), files.observer);
  EXPECT_EQ(measurement.scalars(), 3 * 15 * 16);
  EXPECT_TRUE(torch::allclose(measurement.values, torch::full({1}, 0.2), 0, 0.005));
}

TEST(Measure, ObservedDownsamplingTakesTheSmallPictureItself) {
  Files files;
  const Tensor small = picture(4, 4);
  DownsamplingOptions downsampling;
  downsampling.factor = 4;
  downsampling.kernel = DownsamplingKernel::area;
  const Measurement measurement =
      take_measurement(files.observed(files.write("d.png", small), downsampling), files.observer);
  EXPECT_TRUE(torch::allclose(measurement.values[0], small, 0, 1e-6));
  EXPECT_EQ(measurement.forward_operator->image_shape(), (Shape{3, 16, 16}));
}

TEST(Measure, EstimatesAnUnknownSigmaAndSaysSo) {
  Files files;
  const Tensor noisy = smooth_pictures(1, 64)[0] * 0.5 + 0.1 * RandomStreams(1).normal({3, 64, 64});
  MeasureOptions options = files.observed(files.write("d.png", noisy), IdentityOptions{});
  options.size = 64;
  options.noise.reset();
  for (const bool asked_for : {false, true}) {
    options.estimate_noise = asked_for;
    const Measurement measurement = take_measurement(options, files.observer);
    EXPECT_TRUE(measurement.noise_estimated);
    EXPECT_NEAR(sigma_of(measurement), 0.1, 0.0085);
    EXPECT_EQ(
        files.observer.messages.back(),
        concat("sigma is not stated; estimated from differences of neighbouring pixels as ",
               sigma_of(measurement), " (fine detail counts as noise, so the truth may be lower)"));
  }
}

TEST(Measure, EstimatesAnUnknownSigmaFromTheSeenPixelsOfAChain) {
  Files files;
  const Tensor noisy = smooth_pictures(1, 64)[0] * 0.5 + 0.1 * RandomStreams(1).normal({3, 64, 64});
  ChainOptions chain;
  chain.parts = {{{"kind", "box"}}, {{"kind", "grayscale"}}};
  MeasureOptions options = files.observed(files.write("d.png", noisy), chain);
  options.size = 64;
  options.noise.reset();
  EXPECT_NEAR(sigma_of(take_measurement(options, files.observer)), 0.1, 0.0085);
}

TEST(Measure, AStatedSigmaIsNotEstimated) {
  Files files;
  MeasureOptions options = files.observed(files.write("d.png", picture(16, 16)), IdentityOptions{});
  options.noise = GaussianNoiseOptions{0.1};
  EXPECT_FALSE(take_measurement(options, files.observer).noise_estimated);
  options.noise = GaussianNoiseOptions{};  // the default, but stated
  EXPECT_FALSE(take_measurement(options, files.observer).noise_estimated);
  options.estimate_noise = true;
  EXPECT_EQ(error_text<ConfigError>([&] { take_measurement(options, files.observer); }),
            "noise must not be stated beside estimate_noise, which finds sigma in the data");
}

TEST(Measure, ReferencesGetTheDefaultNoiseWhenNoneIsStated) {
  Files files;
  MeasureOptions options;
  options.images = {files.write("face.png", picture(16, 16))};
  options.size = 16;
  const Measurement measurement = take_measurement(options, files.observer);
  EXPECT_EQ(sigma_of(measurement), GaussianNoiseOptions{}.sigma);
  EXPECT_FALSE(measurement.noise_estimated);
  options.noise = GaussianNoiseOptions{0};
  EXPECT_EQ(error_text<ConfigError>([&] { take_measurement(options, files.observer); }),
            "noise.sigma must be in [1e-06, 1000], but is 0.0");
  options.noise.reset();
  options.estimate_noise = true;
  EXPECT_EQ(error_text<ConfigError>([&] { take_measurement(options, files.observer); }),
            "estimate_noise must be false without observed, since the noise is added here, but is "
            "true");
}

TEST(Measure, NoiseInJsonMayBeMissing) {
  MeasureOptions options;
  EXPECT_TRUE(to_json(options)["noise"].is_null());
  from_json(Json{{"noise", {{"sigma", 0.2}}}}, options);
  EXPECT_EQ(to_json(options)["noise"], (Json{{"kind", "gaussian"}, {"sigma", 0.2}}));
  from_json(Json{{"noise", nullptr}}, options);
  EXPECT_FALSE(options.noise.has_value());
  EXPECT_EQ(error_text<ConfigError>([&] {
              from_json(Json{{"noise", {{"sigma", -1}}}}, options);
            }),
            "noise.sigma must be in [1e-06, 1000], but is -1.0");
}

TEST(Measure, WritesWhatItTook) {
  Files files;
  MeasureOptions options;
  options.images = {files.write("face.png", picture(16, 16))};
  options.size = 16;
  options.output = (files.folder / "y.safetensors").string();
  take_measurement(options, files.observer);
  EXPECT_FALSE(std::filesystem::exists(options.output));
  const Measurement measurement = measure(options, files.observer);
  EXPECT_TRUE(torch::equal(read_measurement(options.output).values, measurement.values));
  EXPECT_EQ(describe(measurement), concat("1 image(s), ", measurement.forward_operator->describe(),
                                          ", gaussian (sigma = 0.01): ", measurement.scalars(),
                                          " numbers of each image [3, 16, 16]"));
}

TEST(Measure, RandomOperatorsCannotHaveMadeObservedData) {
  Files files;
  const auto options =
      files.observed(files.write("d.png", picture(16, 16)), InpaintingOptions{0.1});
  EXPECT_EQ(error_text<ConfigError>([&] { take_measurement(options, files.observer); }),
            "operator: inpaint is drawn at random and cannot have made observed data; state the "
            "one that did: identity, box, mask, downsample, resize, grayscale");
}

TEST(Measure, ARandomPartOfAChainCannotHaveMadeObservedData) {
  Files files;
  const auto options = files.observed(files.write("d.png", picture(16, 16)),
                                      read_operator(parse_operator("grayscale|circulant")));
  EXPECT_EQ(error_text<ConfigError>([&] { take_measurement(options, files.observer); }),
            "operator: circulant is drawn at random and cannot have made observed data; state the "
            "one that did: identity, box, mask, downsample, resize, grayscale");
}

TEST(Measure, ObservedChainsThatTakePixelsReadAPictureOfTheImagesSize) {
  Files files;
  const Tensor damaged = picture(16, 16);
  const Measurement measurement = take_measurement(
      files.observed(files.write("d.png", damaged),
                     read_operator(parse_operator("grayscale|box:top=0,left=0,height=8,width=16"))),
      files.observer);
  const Tensor grey = 0.2989 * damaged[0] + 0.5870 * damaged[1] + 0.1140 * damaged[2];
  EXPECT_TRUE(torch::allclose(measurement.values[0][0], grey.slice(0, 8).flatten(), 0, 1e-5));
}

TEST(Measure, AnObservationInColoursIsReducedAsGrayscaleReducesIt) {
  Files files;
  const Tensor colours = picture(16, 16);
  Measurement measurement = take_measurement(
      files.observed(files.write("d.png", colours), GrayscaleOptions{}), files.observer);
  const Tensor grey = 0.2989 * colours[0] + 0.5870 * colours[1] + 0.1140 * colours[2];
  EXPECT_TRUE(torch::allclose(measurement.values[0][0], grey, 0, 1e-5));

  const Tensor plain = picture(16, 16).slice(0, 0, 1);
  measurement = take_measurement(files.observed(files.write("g.png", plain), GrayscaleOptions{}),
                                 files.observer);
  EXPECT_TRUE(torch::equal(measurement.values[0],
                           all_pixels(read_image(files.folder / "g.png")).slice(0, 0, 1)));

  const Tensor small = picture(4, 4);
  measurement = take_measurement(
      files.observed(files.write("s.png", small),
                     read_operator(parse_operator("downsample:factor=4,kernel=area|grayscale"))),
      files.observer);
  EXPECT_TRUE(torch::allclose(measurement.values[0][0],
                              0.2989 * small[0] + 0.5870 * small[1] + 0.1140 * small[2], 0, 1e-5));
}

TEST(Measure, TheOpacityOfAMaskIsTheMaskAndHidesThePicturesOwnHole) {
  Files files;
  Tensor opacity = torch::ones({16, 16});
  opacity.slice(0, 4, 9).fill_(0);
  const Tensor grey = torch::full({16, 16}, 51 / 255.0);
  const std::string file = files.write_transparent("erased.tif", grey, opacity);
  Measurement measurement =
      take_measurement(files.observed(file, MaskOptions{file}), files.observer);
  EXPECT_EQ(measurement.scalars(), 3 * 11 * 16);
  EXPECT_TRUE(torch::allclose(measurement.values, torch::full({1}, -0.6), 0, 1e-6));
  EXPECT_TRUE(files.observer.warnings.empty());
  EXPECT_EQ(files.observer.messages[0], file + ": its opacity is the mask");

  Tensor mask = torch::ones({1, 16, 16});  // hides two more rows
  mask.slice(1, 0, 2).fill_(-1);
  measurement = take_measurement(files.observed(file, MaskOptions{files.write("m.png", mask)}),
                                 files.observer);
  EXPECT_EQ(measurement.scalars(), 3 * 9 * 16);
}

TEST(Measure, WarnsOfTransparentPixelsThatCountAsData) {
  Files files;
  Tensor opacity = torch::ones({16, 16});
  opacity.slice(0, 4, 9).fill_(0);
  const std::string file =
      files.write_transparent("erased.tif", torch::full({16, 16}, 0.2), opacity);
  take_measurement(files.observed(file, IdentityOptions{}), files.observer);
  EXPECT_EQ(files.observer.warnings,
            std::vector<std::string>{
                file +
                ": 80 of its 256 pixels are transparent, but count as data, laid over white; "
                "the operator mask:file=" +
                file + " leaves them out"});
  files.observer.warnings.clear();
  BoxOptions box;  // looks at none of them
  box.top = 4;
  box.left = 0;
  box.height = 5;
  box.width = 16;
  take_measurement(files.observed(file, box), files.observer);
  EXPECT_TRUE(files.observer.warnings.empty());
}

TEST(Measure, WarnsOfAMaskThatHidesNothingAndRefusesOneThatHidesAll) {
  Files files;
  const std::string image = files.write("a.png", picture(16, 16));
  const std::string nothing = files.write("m.png", torch::ones({1, 16, 16}));
  for (const bool observed : {false, true}) {
    MeasureOptions options = files.observed(image, MaskOptions{nothing});
    options.observed = observed;
    take_measurement(options, files.observer);
    EXPECT_EQ(files.observer.warnings,
              std::vector<std::string>{
                  nothing + ": this mask hides nothing, all of its 256 pixels count as seen"});
    files.observer.warnings.clear();
    options.forward_operator = MaskOptions{files.write("n.png", -torch::ones({1, 16, 16}))};
    EXPECT_NE(error_text<ConfigError>([&] {
                take_measurement(options, files.observer);
              }).find("must leave at least one pixel"),
              std::string::npos);
  }
}

TEST(Measure, SaysThatSmallPicturesOfOtherProgramsDifferAtTheirBorders) {
  Files files;
  DownsamplingOptions downsampling;
  downsampling.factor = 4;
  MeasureOptions options = files.observed(files.write("d.png", picture(4, 4)), downsampling);
  options.output = (files.folder / "y.safetensors").string();
  measure(options, files.observer);
  const std::string note =
      "the operator downsample reflects pictures at their borders, where small ones made by Pillow "
      "or MATLAB differ by up to 10 of 255 levels";
  EXPECT_EQ(files.observer.messages.back(), note);
  EXPECT_NE(files.folder.get("y.safetensors").find("\"note\":\"" + note), std::string::npos);
  options.forward_operator = IdentityOptions{};
  options.images = {files.write("e.png", picture(16, 16))};
  measure(options, files.observer);
  EXPECT_EQ(files.folder.get("y.safetensors").find("\"note\""), std::string::npos);
}

TEST(Measure, WarnsWhenObservedDataAreShrunkByAnotherKernelThanTheOperators) {
  Files files;
  DownsamplingOptions downsampling;
  downsampling.factor = 4;
  const std::string file = files.write("d.png", picture(16, 16));
  take_measurement(files.observed(file, downsampling), files.observer);
  EXPECT_EQ(
      files.observer.warnings,
      std::vector<std::string>{
          file + ": the operator's data have 4 x 4 pixels, but its square has 16 x 16 and was "
                 "shrunk by means of areas instead"});
}

TEST(Measure, LeavesOutDamagedImagesOfAFolderWithAWarningUnlessStrict) {
  Files files;
  const std::string png = encode_png(picture(16, 16));
  std::filesystem::create_directory(files.folder / "in");
  files.folder.put("in/a.png", png.substr(0, png.size() / 2));
  files.folder.put("in/b.jfif", png);
  MeasureOptions options;
  options.images = {(files.folder / "in").string()};
  options.size = 16;
  const Measurement measurement = take_measurement(options, files.observer);
  ASSERT_EQ(measurement.count(), 1);
  EXPECT_EQ(measurement.images[0].name, "b");
  const std::string damaged =
      concat((files.folder / "in/a.png").string(), ": is truncated: it ends at byte ",
             png.size() / 2, ", before the end of the picture");
  EXPECT_EQ(files.observer.warnings, std::vector<std::string>{damaged + "; it is left out"});
  options.strict = true;
  EXPECT_EQ(error_text<FormatError>([&] { take_measurement(options, files.observer); }), damaged);
  options.strict = false;
  options.images = {(files.folder / "in/a.png").string()};
  EXPECT_EQ(error_text<FormatError>([&] { take_measurement(options, files.observer); }), damaged);
}

TEST(Measure, ObservedDataAreNotEnlarged) {
  Files files;
  const std::string file = files.write("d.png", picture(12, 20));
  EXPECT_EQ(error_text<ConfigError>(
                [&] { take_measurement(files.observed(file, IdentityOptions{}), files.observer); }),
            file + ": observed data must have at least 16 x 16 pixels here, but have 20 x 12");
}

}  // namespace
}  // namespace sgilo
