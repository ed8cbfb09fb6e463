#include "sgilo/bench/limits.h"
#include "sgilo/bench/networks.h"
#include "sgilo/bench/published.h"
#include "sgilo/bench/subjects.h"

namespace sgilo {

std::vector<BenchVariation> step_variations(const BenchOptions& options, const std::string& preset,
                                            int chains) {
  const SynthesisOptions synthesis = synthesis_preset(preset);
  const auto published =
      chains == 1 ? published_seconds(preset, processor(), at::get_num_threads()) : std::nullopt;
  std::vector<BenchVariation> variations;
  for (const std::string& precision : options.precisions) {
    const auto type = scalar_type(from_word<Precision>("precision", precision));
    const auto limit = std::make_shared<BareRun>(convolutions_of(synthesis), chains, type);
    for (const std::string& kernel : options.kernels) {
      const auto make = [synthesis, type, chosen = from_word<Kernel>("kernel", kernel),
                         rows = bench_rows(options.seed, chains)]() -> BenchStep {
        const auto generator = random_generator(synthesis, type, chosen);
        return [generator, state = generator->draw(0, rows)](auto&) {
          const LatentState leaves = state.requiring_gradients();
          std::vector<Tensor> inputs;
          for (const auto& variable : leaves.variables) inputs.push_back(variable.value);
          torch::autograd::grad({generator->decode(leaves).square().sum()}, inputs);
        };
      };
      BenchRow row = bench_row(preset, precision, kernel, chains);
      if (type == torch::kFloat32) row.published = published;
      variations.push_back({row, [limit] { return limit->seconds(); }, make});
    }
  }
  return variations;
}

}  // namespace sgilo
