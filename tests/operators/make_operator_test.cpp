#include "sgilo/operators/make_operator.h"

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

TEST(RestoreOperator, RebuildsEveryKindFromItsFile) {
  for (const auto text : {"identity", "inpaint:keep=0.3", "box:top=0,left=0,height=4,width=4",
                          "downsample:factor=2", "resize:side=5", "grayscale", "circulant:keep=0.3",
                          "gaussian-projection:rows=9", "grayscale|inpaint:keep=0.3"}) {
    const auto op = operator_of(text, {3, 8, 8});
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
