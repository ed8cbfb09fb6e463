#include "sgilo/operators/make_operator.h"

#include <array>
#include <cmath>

#include "support/error_text.h"
#include "support/expect_adjoint.h"

namespace sgilo {
namespace {

std::string reading_error(std::string_view text) {
  return error_text<ConfigError>([&] { read_operator(parse_operator(text)); });
}

TEST(ParseOperator, MakesAChainOfBars) {
  EXPECT_EQ(parse_operator("inpaint:keep=0.05").dump(), R"({"kind":"inpaint","keep":0.05})");
  EXPECT_EQ(parse_operator("inpaint:keep=0.05|grayscale").dump(),
            R"({"kind":"chain","parts":[{"kind":"inpaint","keep":0.05},{"kind":"grayscale"}]})");
  EXPECT_EQ(error_text<ConfigError>([] { parse_operator("grayscale|"); }),
            "operator must be written name:key=value,key=value, but is ''");
}

TEST(ReadOperator, FillsInTheDefaults) {
  EXPECT_EQ(value_to_json(read_operator(parse_operator("downsample"))).dump(),
            R"({"kind":"downsample","factor":8,"kernel":"bicubic"})");
}

TEST(ReadOperator, NamesWhatIsKnown) {
  EXPECT_EQ(reading_error("inpant:keep=0.1"),
            "unknown operator 'inpant', did you mean 'inpaint'? known operators: identity, "
            "inpaint, box, mask, downsample, resize, grayscale, circulant, gaussian-projection, "
            "chain");
  EXPECT_EQ(reading_error("inpaint:kep=0.1"),
            "operator.kep: unknown option 'kep', did you mean 'keep'? known options: keep");
  EXPECT_EQ(reading_error("downsample:kernel=lanczos"),
            "operator.kernel: unknown kernel 'lanczos'; known kernels: bicubic, area");
}

TEST(ReadOperator, ChecksEveryRange) {
  EXPECT_EQ(reading_error("inpaint:keep=2"), "operator.keep must be in (0, 1], but is 2.0");
  EXPECT_EQ(reading_error("inpaint:keep=0"), "operator.keep must be in (0, 1], but is 0.0");
  EXPECT_EQ(reading_error("inpaint:keep=-0.5"), "operator.keep must be in (0, 1], but is -0.5");
  EXPECT_EQ(reading_error("inpaint:keep=nan"), "operator.keep must be a number, but is \"nan\"");
  EXPECT_EQ(reading_error("circulant:keep=1.5"), "operator.keep must be in (0, 1], but is 1.5");
  EXPECT_EQ(reading_error("downsample:factor=0"), "operator.factor must be positive, but is 0");
  EXPECT_EQ(reading_error("downsample:factor=2.5"),
            "operator.factor must be a whole number, but is 2.5");
  EXPECT_EQ(reading_error("gaussian-projection:rows=0"),
            "operator.rows must be positive, but is 0");
  EXPECT_EQ(reading_error("box:top=-1"), "operator.top must be at least 0, but is -1");
  EXPECT_EQ(reading_error("mask"), "operator.file must be the name of an image, but is \"\"");
  EXPECT_EQ(reading_error("grayscale|inpaint:keep=7"),
            "operator.parts[1].keep must be in (0, 1], but is 7.0");
  EXPECT_EQ(reading_error("chain"), "operator.parts must be a list of operators, but is []");
}

TEST(MakeOperator, ChecksOptionsThatNobodyRead) {
  EXPECT_EQ(error_text<ConfigError>([] {
              make_operator(InpaintingOptions{std::nan("")}, {3, 8, 8}, RandomStreams(1));
            }),
            "operator.keep must be in (0, 1], but is nan");
}

const OperatorFiles kMaskOfOnes{[](const MaskOptions&) { return torch::ones({8, 8}); }};
constexpr std::array kEveryKind{"identity",
                                "inpaint:keep=0.3",
                                "box:top=0,left=0,height=4,width=4",
                                "mask:file=m.png",
                                "downsample:factor=2",
                                "resize:side=5",
                                "grayscale",
                                "circulant:keep=0.3",
                                "gaussian-projection:rows=9",
                                "grayscale|inpaint:keep=0.3"};

TEST(MakeOperator, IsTheOperatorOfTheStateThatIsDrawn) {
  for (const std::string_view text : kEveryKind) {
    const OperatorOptions options = read_operator(parse_operator(text));
    const auto made = make_operator(options, {3, 8, 8}, RandomStreams(4), kMaskOfOnes);
    const StateDict drawn = draw_state(options, {3, 8, 8}, RandomStreams(4), kMaskOfOnes);
    const StateDict kept = made->state();
    EXPECT_EQ(drawn.size(), kept.size()) << text;
    for (const auto& [name, tensor] : drawn)
      EXPECT_TRUE(tensor.dtype() == kept.at(name).dtype() && torch::equal(tensor, kept.at(name)))
          << text << ": " << name;
    const auto restored = restore_operator(value_to_json(options), drawn, {3, 8, 8});
    const Tensor x = RandomStreams(1).normal({2, 3, 8, 8});
    EXPECT_TRUE(torch::equal(restored->apply(x), made->apply(x))) << text;
    EXPECT_EQ(restored->options(), made->options());
  }
}

// So that a command with its seed repeats what it measured with earlier versions.
TEST(MakeOperator, DrawsFromASeedWhatItHasAlwaysDrawn) {
  const auto state = [](std::string_view text) { return operator_of(text, {3, 8, 8}, 5)->state(); };
  const auto seen = [](const Tensor& mask) { return mask.flatten().nonzero().flatten(); };
  const auto starts_with = [](const Tensor& values, const std::vector<float>& first) {
    return torch::allclose(values.flatten().narrow(0, 0, 4), torch::tensor(first), 0, 1e-6);
  };
  EXPECT_TRUE(torch::equal(seen(state("inpaint:keep=0.1").at("mask")),
                           torch::tensor({2, 21, 30, 36, 41, 42}, torch::kInt64)));
  const StateDict circulant = state("circulant:keep=0.03");
  EXPECT_TRUE(torch::equal(circulant.at("kept"),
                           torch::tensor({23, 46, 109, 115, 170, 181}, torch::kInt64)));
  EXPECT_TRUE(starts_with(circulant.at("signs"), {-1, 1, -1, 1}));
  EXPECT_TRUE(starts_with(circulant.at("filter"),
                          {0.0757774785f, 0.0501463823f, 0.241189271f, 0.165815115f}));
  EXPECT_TRUE(starts_with(state("gaussian-projection:rows=3").at("matrix"),
                          {-0.0830241144f, 0.0344961695f, 0.0600427426f, 0.0883474126f}));
  const StateDict chain = state("downsample:factor=2|inpaint:keep=0.2|circulant:keep=0.2");
  EXPECT_TRUE(torch::equal(seen(chain.at("1.mask")), torch::tensor({3, 9, 12}, torch::kInt64)));
  EXPECT_TRUE(torch::equal(chain.at("2.kept"), torch::tensor({5, 6}, torch::kInt64)));
  EXPECT_TRUE(starts_with(chain.at("2.signs"), {1, 1, 1, -1}));
  EXPECT_TRUE(
      starts_with(chain.at("2.filter"), {0.244636014f, 0.530389905f, -0.631007254f, 0.219355583f}));
}

TEST(RestoreOperator, ReadsTheNamesThatFilesHaveAlwaysHad) {
  const auto restored = [](std::string_view text, const StateDict& state) {
    return restore_operator(parse_operator(text), state, {1, 2, 2});
  };
  const Tensor x = torch::tensor({1.f, 2.f, 3.f, 4.f}).view({1, 1, 2, 2});
  const Tensor mask = torch::tensor({0, 1, 1, 0}, torch::kUInt8).view({2, 2});
  const Tensor matrix = torch::tensor({1.f, 0.f, 0.f, 2.f}).view({1, 4});
  const StateDict circulant{{"signs", torch::tensor({1.f, -1.f, 1.f, -1.f})},
                            {"filter", torch::tensor({1.f, 1.f, 2.f, 2.f})},
                            {"kept", torch::tensor({1, 2}, torch::kInt64)}};
  const Tensor seen = torch::tensor({2.f, 3.f}).view({1, 1, 2});
  for (const auto text : {"inpaint:keep=0.5", "box:top=0,left=0,height=1,width=2", "mask:file=m"})
    EXPECT_TRUE(torch::equal(restored(text, {{"mask", mask}})->apply(x), seen)) << text;
  EXPECT_TRUE(torch::equal(restored("gaussian-projection:rows=1", {{"matrix", matrix}})->apply(x),
                           torch::tensor({{9.f}})));
  EXPECT_TRUE(torch::equal(restored("circulant:keep=0.5,form=elementwise", circulant)->apply(x),
                           torch::tensor({{-2.f, 6.f}})));
  StateDict chain{{"0.mask", mask}, {"1.matrix", torch::tensor({{1.f, 10.f}})}};
  EXPECT_TRUE(torch::equal(restored("inpaint:keep=0.5|gaussian-projection:rows=1", chain)->apply(x),
                           torch::tensor({{32.f}})));
}

TEST(TraitsOf, SayWhatIsDrawnAtRandomAndWhatAnObservedFileMayBe) {
  const auto traits = [](std::string_view text) {
    return traits_of(read_operator(parse_operator(text)));
  };
  for (const auto text :
       {"identity", "box", "mask:file=m.png", "downsample", "resize", "grayscale"})
    EXPECT_FALSE(traits(text).drawn_at_random) << text;
  for (const auto text : {"inpaint", "circulant", "gaussian-projection"})
    EXPECT_TRUE(traits(text).drawn_at_random) << text;
  for (const auto text : {"identity", "downsample", "resize", "grayscale"})
    EXPECT_EQ(traits(text).observed_file, ObservedFile::measurement) << text;
  for (const auto text : {"inpaint", "box", "mask:file=m.png"})
    EXPECT_EQ(traits(text).observed_file, ObservedFile::image) << text;
  for (const auto text : {"circulant", "gaussian-projection"})
    EXPECT_EQ(traits(text).observed_file, ObservedFile::none) << text;
  for (const std::string_view text : kEveryKind)
    EXPECT_TRUE(
        make_operator(read_operator(parse_operator(text)), {3, 8, 8}, RandomStreams(1), kMaskOfOnes)
            ->linear())
        << text;
}

TEST(PartsOf, AreTheOperatorsOfAChainAndOfTheChainsWithinIt) {
  EXPECT_EQ(parts_of(read_operator(parse_operator("grayscale"))).size(), 1u);
  const Json inner = parse_operator("box|grayscale");
  const auto parts =
      parts_of(ChainOptions{Json::array({parse_operator("downsample:factor=2"), inner})});
  ASSERT_EQ(parts.size(), 3u);
  EXPECT_EQ(std::get<DownsamplingOptions>(parts[0]).factor, 2);
  EXPECT_TRUE(std::holds_alternative<BoxOptions>(parts[1]));
  EXPECT_TRUE(std::holds_alternative<GrayscaleOptions>(parts[2]));
}

TEST(RestoreOperator, RebuildsEveryKindFromItsFile) {
  for (const std::string_view text : kEveryKind) {
    const auto op = make_operator(read_operator(parse_operator(text)), {3, 8, 8}, RandomStreams(1),
                                  kMaskOfOnes);
    const auto restored = restore_operator(op->options(), op->state(), {3, 8, 8});
    EXPECT_EQ(restored->describe(), op->describe());
    EXPECT_EQ(restored->options(), op->options());
    const Tensor x = RandomStreams(1).normal({2, 3, 8, 8});
    EXPECT_TRUE(torch::equal(restored->apply(x), op->apply(x))) << text;
  }
}

TEST(RestoreOperator, RefusesAStateOfAnotherOperator) {
  const auto error = [](std::string_view text, const StateDict& state) {
    return error_text<FormatError>([&] {
      restore_operator(parse_operator(text), state, {3, 4, 4});
    });
  };
  EXPECT_EQ(error("inpaint:keep=0.5", {}), "tensor 'mask' is missing");
  EXPECT_EQ(error("inpaint:keep=0.5", {{"mask", torch::ones({4, 5})}}),
            "tensor 'mask' must have shape [4, 4], but has [4, 5]");
  EXPECT_EQ(error("inpaint:keep=0.5", {{"mask", torch::zeros({4, 4})}}),
            "operator inpaint (keep = 0.5: 0 of 16 pixels) must leave at least one pixel");
  EXPECT_EQ(error("inpaint:keep=5", {{"mask", torch::zeros({4, 4})}}),
            "operator.keep must be in (0, 1], but is 5.0");
  EXPECT_EQ(error("grayscale", {{"mask", torch::ones({4, 4})}}),
            "tensor 'mask' belongs to no part of operator grayscale");
  EXPECT_EQ(error("gaussian-projection:rows=2", {{"matrix", torch::full({2, 48}, std::nan(""))}}),
            "tensor 'matrix' is not finite");
  StateDict circulant = operator_of("circulant:keep=0.5", {3, 4, 4})->state();
  circulant["kept"] = torch::tensor({0, 48}, torch::kInt64);
  EXPECT_EQ(error("circulant:keep=0.5", circulant),
            "tensor 'kept' must hold distinct indices from 0 to 47");
  circulant["kept"] = torch::tensor({3, 3}, torch::kInt64);
  EXPECT_EQ(error("circulant:keep=0.5", circulant),
            "tensor 'kept' must hold distinct indices from 0 to 47");
  circulant["kept"] = torch::tensor({3, 4}, torch::kInt64);
  circulant["signs"] = torch::zeros({48});
  EXPECT_EQ(error("circulant:keep=0.5", circulant), "tensor 'signs' must hold -1 and 1 only");
}

}  // namespace
}  // namespace sgilo
