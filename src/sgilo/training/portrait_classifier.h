// The attribute classifier's view of the portraits: its heads, its labelled batches, and what
// mirroring does to the labels.
#pragma once

#include <memory>

#include "sgilo/portraits/portrait_batches.h"
#include "sgilo/training/classifier_trainer.h"

namespace sgilo {

// `network` with the class heads and regressions of portraits
// (portraits/portraits.h) in place of its own.
FeatureClassifierOptions with_portrait_heads(FeatureClassifierOptions network);

// The regressions that change sign in a mirrored portrait.
std::vector<std::string> mirrored_portrait_regressions();

// Batches of the pool with their labels. `pool.flip` must be off, because the trainer mirrors;
// throws ConfigError otherwise.
ClassifierBatches labelled_portraits(const PortraitPoolOptions& pool);

}  // namespace sgilo
