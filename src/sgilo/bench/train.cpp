#include "sgilo/bench/limits.h"
#include "sgilo/bench/subjects.h"
#include "sgilo/machine/stopwatch.h"
#include "sgilo/portraits/portrait_batches.h"

namespace sgilo {
namespace {

constexpr int kSteps = 16;  // one of them with the gradient penalty

// The default generator's trainer on portraits that are rendered already, as all are after the
// first epoch.
struct Training {
  Training(const AdversarialOptions& options, std::int64_t seed)
      : portraits({.seed = 0,
                   .count = kSteps * options.batch,
                   .batch = options.batch,
                   .order = static_cast<std::uint64_t>(seed)}),
        trainer(options, [this](std::int64_t step) { return portraits.batch(step).images; }) {
    for (int step = 0; step < kSteps; ++step) portraits.batch(step);
  }
  PortraitBatches portraits;
  AdversarialTrainer trainer;
};

void run_steps(AdversarialTrainer& trainer, std::map<std::string, double>& seconds) {
  seconds.clear();
  std::string part;
  Stopwatch watch;
  const auto ends = [&] {
    if (!part.empty()) seconds[part] += watch.seconds();
    watch = Stopwatch();
  };
  for (int step = 0; step < kSteps; ++step)
    trainer.step([&](std::string_view next) {
      ends();
      part = next;
    });
  ends();
}

}  // namespace

std::vector<BenchVariation> train_variations(const BenchOptions& options) {
  std::vector<BenchVariation> variations;
  for (const std::string& precision : options.precisions) {
    AdversarialOptions own;
    own.seed = options.seed;
    own.precision = from_word<TrainingPrecision>("precision", precision);
    const auto limit =
        std::make_shared<BareRun>(convolutions_of(own, kSteps), own.batch,
                                  scalar_type(from_word<Precision>("precision", precision)));
    for (const std::string& kernel : options.kernels) {
      own.kernel = from_word<Kernel>("kernel", kernel);
      BenchRow row = bench_row("default", precision, kernel, static_cast<int>(own.batch));
      row.images = kSteps * static_cast<int>(own.batch);
      variations.push_back({row, [limit] { return limit->seconds(); },
                            [own, seed = options.seed]() -> BenchStep {
                              const auto training = std::make_shared<Training>(own, seed);
                              return [training](auto& profile) {
                                run_steps(training->trainer, profile);
                              };
                            }});
    }
  }
  return variations;
}

}  // namespace sgilo
