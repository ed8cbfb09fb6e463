#include "sgilo/portraits/portraits.h"

#include "sgilo/bench/subjects.h"

namespace sgilo {

std::vector<BenchVariation> portrait_variations(const BenchOptions& options) {
  constexpr int kSide = 64, kCount = 32;
  const auto draw = [seed = options.seed](int side) {
    at::parallel_for(0, kCount, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i)
        draw_portrait(static_cast<std::uint64_t>(seed), PortraitSplit::train,
                      static_cast<std::uint64_t>(i), side);
    });
  };
  return {{bench_row(concat(kCount, " of ", kSide, "x", kSide)), {}, [draw] {
             return [draw](auto&) { draw(kSide); };
           }}};
}

}  // namespace sgilo
