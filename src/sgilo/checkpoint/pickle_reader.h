// Reads a pickle (protocols 0 to 5) into a PickleDocument. Nothing is imported, built or called: a
// class is its name, a call is a record of what would have been called. Calls (REDUCE, INST, OBJ)
// are accepted for the few functions that the field's files need and refused for all others.
// https://docs.python.org/3/library/pickletools.html describes the opcodes.
#pragma once

#include "sgilo/checkpoint/byte_reader.h"
#include "sgilo/checkpoint/pickle_document.h"
#include "sgilo/core/options.h"

namespace sgilo {

struct PickleOptions {
  bool inert = false;
  std::int64_t values = 1'000'000;
  std::int64_t depth = 200;
  std::int64_t expanded_values = 2'000'000;
  std::int64_t text_bytes = 16 << 20;
  static constexpr auto fields() {
    using O = PickleOptions;
    return std::tuple{
        field("inert", &O::inert,
              "go on past calls of unknown functions; they stay records, nothing is called"),
        field("values", &O::values, "most values in a pickle", positive<std::int64_t>),
        field("depth", &O::depth, "deepest nesting of its containers",
              Check<std::int64_t>{"from 1 to 2000",
                                  [](const std::int64_t& v) { return v >= 1 && v <= 2000; }}),
        field("expanded_values", &O::expanded_values,
              "most values when shared ones are counted each time",
              Check<std::int64_t>{
                  "from 1 to 10^9",
                  [](const std::int64_t& v) { return v >= 1 && v <= 1'000'000'000; }}),
        field("text_bytes", &O::text_bytes, "longest text in it", positive<std::int64_t>)};
  }
};

// The pickle that starts where `reader` stands; leaves it behind the STOP. Throws FormatError with
// the byte for anything that is not allowed, also for values that contain themselves.
PickleDocument read_pickle(ByteReader& reader, const PickleOptions& options = {});

}  // namespace sgilo
