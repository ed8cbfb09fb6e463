#include "sgilo/training/portrait_classifier.h"

#include "sgilo/core/error.h"
#include "sgilo/portraits/portraits.h"

namespace sgilo {

FeatureClassifierOptions with_portrait_heads(FeatureClassifierOptions network) {
  network.class_heads.clear();
  network.class_counts.clear();
  network.regressions.clear();
  for (const PortraitClass& head : portrait_classes()) {
    network.class_heads.emplace_back(head.name);
    network.class_counts.push_back(head.classes);
  }
  for (const PortraitRegression& regression : portrait_regressions())
    network.regressions.emplace_back(regression.name);
  return network;
}

std::vector<std::string> mirrored_portrait_regressions() { return {"yaw", "roll", "light_x"}; }

ClassifierBatches labelled_portraits(const PortraitPoolOptions& pool) {
  if (pool.flip)
    throw ConfigError("classifier batches need a pool of unmirrored portraits, but flip is on");
  const auto batches = std::make_shared<PortraitBatches>(pool);
  return [batches, pool](std::int64_t index) -> ClassifierBatch {
    const PortraitBatch batch = batches->batch(index);
    std::vector<std::int64_t> classes;
    std::vector<float> regressions;
    for (const std::uint64_t portrait : batch.indices) {
      const PortraitAttributes found =
          attributes(draw_portrait_parameters(pool.seed, pool.split, portrait));
      for (const std::int64_t label : class_labels(found)) classes.push_back(label);
      for (const float label : regression_labels(found)) regressions.push_back(label);
    }
    const std::int64_t count = batch.images.size(0);
    return {batch.images, torch::tensor(classes).view({count, -1}),
            torch::tensor(regressions).view({count, -1})};
  };
}

}  // namespace sgilo
