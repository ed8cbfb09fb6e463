// A job with an option of every type, which answers with the options that it got.
#pragma once

#include "sgilo/commands/job.h"

namespace sgilo {

struct ToySchedule {
  double first_std = 0.9;
  int steps = 3;
  static constexpr auto fields() {
    return std::tuple{
        field("first_std", &ToySchedule::first_std, "noise at the start", positive<double>),
        field("steps", &ToySchedule::steps, "levels", positive<int>)};
  }
};

struct FixedOptions {
  double rate = 0.1;
  std::vector<int> layers = {1};
  bool verbose_log = false;
  std::string name;
  static constexpr std::string_view kind = "fixed";
  static constexpr auto fields() {
    using O = FixedOptions;
    return std::tuple{field("rate", &O::rate, "step size", positive<double>),
                      field("layers", &O::layers, "which layers"),
                      field("verbose_log", &O::verbose_log, "say more"),
                      field("name", &O::name, "of the log")};
  }
};

struct AdaptiveOptions {
  double rate = 0.2;
  ToySchedule annealed;
  static constexpr std::string_view kind = "adaptive";
  static constexpr auto fields() {
    using O = AdaptiveOptions;
    return std::tuple{field("rate", &O::rate, "first step size", positive<double>),
                      field("annealed", &O::annealed, "levels of noise")};
  }
};

enum class ToyColour { red, green };
template <>
struct EnumWords<ToyColour> {
  static constexpr std::array<std::string_view, 2> words{"red", "green"};
};

struct ToyOptions : CommonOptions {
  std::vector<std::string> images;
  std::variant<FixedOptions, AdaptiveOptions> solver;
  std::vector<int> chains = {1};
  ToyColour colour = ToyColour::red;
  bool trust = false;
  std::string output = "toy";
  static constexpr auto fields() {
    using O = ToyOptions;
    return std::tuple_cat(std::tuple{field("images", &O::images, "files"),
                                     field("solver", &O::solver, "what restores"),
                                     field("chains", &O::chains,
                                           "of each image, in a sentence that is long enough "
                                           "to need a second line in the help of a verb",
                                           all_positive<int>),
                                     field("colour", &O::colour, "of the result"),
                                     field("trust", &O::trust, "run the code of a file"),
                                     field("output", &O::output, "folder")},
                          common_fields());
  }
};

inline JobWords toy_words() {
  return {.name = "toy",
          .help = "answers with its options",
          .command = {.example = "sgilo toy a.png --solver adaptive",
                      .positional = "images",
                      .aliases = {{"first", "solver.annealed.first_std"}}}};
}

inline std::string plan_toy(const ToyOptions& options) {
  return concat("would write ", options.output, "\n");
}
inline std::string text_toy(const Json& result) { return result["options"].dump() + "\n"; }

inline Job toy_job() {
  return make_job<ToyOptions>(
      toy_words(), plan_toy,
      [](const ToyOptions& options, Observer&) {
        return Json{{"options", to_json(options)}};
      },
      text_toy);
}

// The same, as a job that makes a run.
inline Job toy_run_job() {
  return make_job<ToyOptions>(
      toy_words(), plan_toy,
      [](const ToyOptions& options, RunMode mode, Observer&) {
        return Json{{"options", to_json(options)}, {"mode", static_cast<int>(mode)}};
      },
      text_toy);
}

}  // namespace sgilo
