// Which chain of which image a row of a batch is.
#pragma once

#include <compare>
#include <cstdint>

namespace sgilo {

// A row of a batch: chain `chain` of image `image`, counted from 0 in the problem's measurements. Its
// random numbers are keyed by both, so that it draws the same wherever and beside whatever it runs.
struct RowKey {
  std::uint64_t image = 0;
  std::uint64_t chain = 0;
  auto operator<=>(const RowKey&) const = default;
};

}  // namespace sgilo
