// Writes procedural portraits as PNG files with a table of their attributes.
#pragma once

#include <string>

#include "sgilo/core/observer.h"
#include "sgilo/core/options.h"
#include "sgilo/portraits/portraits.h"

namespace sgilo {

template <>
struct EnumWords<PortraitSplit> {
  static constexpr std::array<std::string_view, 4> words{"train", "validation", "tune", "test"};
};

struct PortraitDataOptions {
  PortraitSplit split = PortraitSplit::test;
  std::int64_t start = 0;
  std::int64_t count = 16;
  int size = 64;
  std::int64_t seed = 0;
  std::string output = "images";
  static constexpr auto fields() {
    using O = PortraitDataOptions;
    return std::tuple{
        field("split", &O::split, "train, validation, tune or test; no two share a portrait"),
        field("start", &O::start, "index of the first portrait", non_negative<std::int64_t>),
        field("count", &O::count, "how many", positive<std::int64_t>),
        field("size", &O::size, "pixels, 32 to 256", positive<int>),
        field("seed", &O::seed, "of all portraits; the default model was trained on 0",
              non_negative<std::int64_t>),
        field("output", &O::output, "folder that takes <split>_<index>.png and attributes.csv")};
  }
};

// How many it wrote: less than asked for when the observer asked to stop. Rows of attributes.csv
// for other portraits stay. Throws ConfigError, FormatError, Error.
std::int64_t write_portraits(const PortraitDataOptions& options, Observer& observer);
std::string plan(const PortraitDataOptions& options);

}  // namespace sgilo
