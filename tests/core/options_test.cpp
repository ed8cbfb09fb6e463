#include "sgilo/core/options.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>

#include "sgilo/core/options_json.h"
#include "support/error_text.h"

namespace sgilo {

enum class Kernel { automatic, reference, fused };
template <>
struct EnumWords<Kernel> {
  static constexpr std::array<std::string_view, 3> words{"automatic", "reference", "fused"};
};

namespace {

struct InpaintOptions {
  static constexpr std::string_view kind = "inpaint";
  double keep = 0.05;
  static constexpr auto fields() {
    return std::tuple{
        field("keep", &InpaintOptions::keep, "fraction kept", positive_fraction<double>)};
  }
};

struct DownsampleOptions {
  static constexpr std::string_view kind = "downsample";
  int factor = 4;
  static constexpr auto fields() {
    return std::tuple{field("factor", &DownsampleOptions::factor, "factor", positive<int>)};
  }
};

struct LangevinOptions {
  int steps = 300;
  double step_size = 1e-2;
  bool warm = true;
  Kernel kernel = Kernel::automatic;
  std::vector<int> rates{1, 2};
  std::string note = "none";
  static constexpr auto fields() {
    using S = LangevinOptions;
    return std::tuple{field("steps", &S::steps, "steps per stage", positive<int>),
                      field("step_size", &S::step_size, "step size", positive<double>),
                      field("warm", &S::warm, "whether to warm up"),
                      field("kernel", &S::kernel, "which kernel"),
                      field("rates", &S::rates, "rates", all_positive<int>),
                      field("note", &S::note, "a remark")};
  }
};

struct RunOptions {
  std::variant<InpaintOptions, DownsampleOptions> forward = InpaintOptions{};
  LangevinOptions langevin;
  std::vector<LangevinOptions> stages;
  static constexpr auto fields() {
    using S = RunOptions;
    return std::tuple{field("operator", &S::forward, "what is measured"),
                      field("langevin", &S::langevin, "the sampler"),
                      field("stages", &S::stages, "further samplers")};
  }
};

RunOptions run_from(const char* text) {
  RunOptions options;
  from_json(Json::parse(text), options);
  return options;
}

std::string sentence(const char* text) {
  return error_text<ConfigError>([&] { run_from(text); });
}

TEST(Options, EveryFieldSurvivesJson) {
  RunOptions options;
  options.forward = DownsampleOptions{8};
  options.langevin = {7, 0.25, false, Kernel::fused, {3, 1, 4}, "a \"remark\""};
  options.stages = {LangevinOptions{}, options.langevin};
  const Json json = to_json(options);
  EXPECT_EQ(to_json(run_from(json.dump().c_str())), json);
  EXPECT_EQ(json["operator"].dump(), R"({"kind":"downsample","factor":8})");
  EXPECT_EQ(json["langevin"].dump(),
            R"({"steps":7,"step_size":0.25,"warm":false,"kernel":"fused","rates":[3,1,4],)"
            R"("note":"a \"remark\""})");
  EXPECT_EQ(json["stages"].size(), 2u);
}

struct PerhapsOptions {
  std::optional<std::variant<InpaintOptions, DownsampleOptions>> forward;
  static constexpr auto fields() {
    return std::tuple{field("operator", &PerhapsOptions::forward, "what is measured")};
  }
};

TEST(Options, WhatIsNotStatedIsNull) {
  PerhapsOptions options;
  EXPECT_EQ(to_json(options).dump(), R"({"operator":null})");
  from_json(Json{{"operator", {{"kind", "downsample"}, {"factor", 8}}}}, options);
  EXPECT_EQ(to_json(options)["operator"].dump(), R"({"kind":"downsample","factor":8})");
  EXPECT_EQ(error_text<ConfigError>([&] {
              from_json(Json{{"operator", {{"kind", "inpaint"}, {"keep", 2}}}}, options);
            }).substr(0, 13),
            "operator.keep");
  from_json(Json{{"operator", nullptr}}, options);
  EXPECT_FALSE(options.forward);
}

TEST(Options, FieldsThatAreNotNamedKeepTheirValues) {
  const RunOptions options = run_from(R"({"langevin": {"steps": 5}})");
  EXPECT_EQ(options.langevin.steps, 5);
  EXPECT_EQ(options.langevin.step_size, 1e-2);
  EXPECT_EQ(std::get<InpaintOptions>(options.forward).keep, 0.05);
}

TEST(Options, AnotherKindStartsFromItsOwnDefaults) {
  EXPECT_EQ(std::get<DownsampleOptions>(run_from(R"({"operator": {"kind": "downsample"}})").forward)
                .factor,
            4);
  EXPECT_EQ(std::get<InpaintOptions>(run_from(R"({"operator": {"keep": 0.5}})").forward).keep, 0.5);
}

TEST(Options, UnknownKeysListWhatIsKnown) {
  EXPECT_EQ(sentence(R"({"langevin": {"step": 1}})"),
            "langevin.step: unknown option 'step', did you mean 'steps'? known options: steps, "
            "step_size, warm, kernel, rates, note");
  EXPECT_EQ(sentence(R"({"operator": {"kind": "inpaint", "factor": 2}})"),
            "operator.factor: unknown option 'factor'; known options: keep");
}

TEST(Options, AFamilyIsReadFromItsWordAlone) {
  EXPECT_EQ(sentence(R"({"operator": "inpaint"})"), "");
  EXPECT_EQ(sentence(R"({"operator": "blur"})"),
            "unknown operator 'blur'; known operators: inpaint, downsample");
}

TEST(Options, UnknownWordsListWhatIsKnown) {
  EXPECT_EQ(sentence(R"({"operator": {"kind": "inpant"}})"),
            "unknown operator 'inpant', did you mean 'inpaint'? known operators: inpaint, "
            "downsample");
  EXPECT_EQ(sentence(R"({"langevin": {"kernel": "fuse"}})"),
            "langevin.kernel: unknown kernel 'fuse', did you mean 'fused'? known kernels: "
            "automatic, reference, fused");
}

TEST(Options, WrongTypesSayWhatIsAccepted) {
  EXPECT_EQ(sentence("[]"), "options must be an object, but is []");
  EXPECT_EQ(sentence(R"({"langevin": 3})"), "langevin must be an object, but is 3");
  EXPECT_EQ(sentence(R"({"operator": 3})"), "operator must be an object with a kind, but is 3");
  EXPECT_EQ(sentence(R"({"operator": {"kind": 3}})"), "operator.kind must be a word, but is 3");
  EXPECT_EQ(sentence(R"({"langevin": {"steps": 1.5}})"),
            "langevin.steps must be a whole number, but is 1.5");
  EXPECT_EQ(sentence(R"({"langevin": {"step_size": "big"}})"),
            "langevin.step_size must be a number, but is \"big\"");
  EXPECT_EQ(sentence(R"({"langevin": {"warm": 1}})"),
            "langevin.warm must be true or false, but is 1");
  EXPECT_EQ(sentence(R"({"langevin": {"kernel": 1}})"), "langevin.kernel must be a word, but is 1");
  EXPECT_EQ(sentence(R"({"langevin": {"note": 1}})"), "langevin.note must be a text, but is 1");
  EXPECT_EQ(sentence(R"({"langevin": {"rates": 1}})"), "langevin.rates must be a list, but is 1");
}

TEST(Options, ListElementsAreCheckedOneByOne) {
  EXPECT_EQ(sentence(R"({"langevin": {"rates": [1, 1.5]}})"),
            "langevin.rates[1] must be a whole number, but is 1.5");
  EXPECT_EQ(sentence(R"({"stages": [{}, {"steps": 0}]})"),
            "stages[1].steps must be positive, but is 0");
}

TEST(Options, NumbersThatDoNotFitAreRefused) {
  EXPECT_EQ(sentence(R"({"langevin": {"steps": 4294967297}})"),
            "langevin.steps must be a whole number in [-2147483648, 2147483647], but is "
            "4294967297");
}

TEST(Options, ValuesOutOfRangeSayTheRange) {
  EXPECT_EQ(sentence(R"({"langevin": {"step_size": -0.1}})"),
            "langevin.step_size must be positive, but is -0.1");
  EXPECT_EQ(sentence(R"({"operator": {"keep": 2}})"),
            "operator.keep must be in (0, 1], but is 2.0");
  EXPECT_EQ(sentence(R"({"langevin": {"rates": []}})"),
            "langevin.rates must be a list of positive numbers, but is []");
}

TEST(Options, ValidateReachesNestedOptionsAndNamesNonFiniteValues) {
  RunOptions options;
  EXPECT_NO_THROW(validate(options));
  options.langevin.step_size = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(error_text<ConfigError>([&] { validate(options); }),
            "langevin.step_size must be positive, but is nan");
  options.langevin.step_size = 1;
  options.forward = DownsampleOptions{0};
  EXPECT_EQ(error_text<ConfigError>([&] { validate(options, "measure."); }),
            "measure.operator.factor must be positive, but is 0");
  options.forward = DownsampleOptions{2};
  options.stages.resize(2);
  options.stages[1].steps = -1;
  EXPECT_EQ(error_text<ConfigError>([&] { validate(options); }),
            "stages[1].steps must be positive, but is -1");
}

TEST(Options, EnumeratorsHaveTheirWords) {
  EXPECT_EQ(word_of(Kernel::fused), "fused");
  EXPECT_EQ(from_word<Kernel>("kernel", "reference"), Kernel::reference);
}

}  // namespace
}  // namespace sgilo
