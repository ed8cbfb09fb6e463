#include "sgilo/bench/limits.h"
#include "sgilo/bench/networks.h"
#include "sgilo/bench/subjects.h"
#include "sgilo/machine/system_info.h"

namespace sgilo {

std::vector<BenchVariation> score_variations(const BenchOptions& options, const std::string& preset,
                                             int chains) {
  const ScorePreset score = score_preset(preset);
  std::vector<BenchVariation> variations;
  for (const std::string& precision : options.precisions) {
    const auto type = scalar_type(from_word<Precision>("precision", precision));
    const auto limit =
        std::make_shared<BareRun>(products_of(score.network, score.tokens(), chains), type);
    const auto make = [score, chains, type]() -> BenchStep {
      VisionTransformer network(score.shape, score.network, RandomStreams(1));
      for (Tensor& parameter : network->parameters()) parameter.requires_grad_(false);
      network->products = {type, faster_linear_way()};
      Shape shape = score.shape;
      shape.insert(shape.begin(), chains);
      return [network, x = RandomStreams(2).normal(shape), level = 0.0](auto&) mutable {
        level += 0.01;  // each evaluation at its own, as in sampling
        network->forward(x, torch::full({x.size(0)}, level));
      };
    };
    variations.push_back(
        {bench_row(preset, precision, "", chains), [limit] { return limit->seconds(); }, make});
  }
  return variations;
}

}  // namespace sgilo
