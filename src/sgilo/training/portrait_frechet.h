// Frechet distance of generated images to portraits, with what it means: the floor (portraits
// against other portraits) and the ruler (the same portraits slightly blurred). The reference is
// validation portraits 0 .. n-1; the floor's and ruler's are n .. 2n-1.
#pragma once

#include <functional>
#include <optional>

#include "sgilo/metrics/feature_classifier.h"
#include "sgilo/metrics/frechet.h"

namespace sgilo {

class PortraitFrechet {
 public:
  using Images = std::function<Tensor(std::int64_t first,
                                      std::int64_t count)>;  // [count, 3, size, size] in [-1, 1]

  PortraitFrechet(FeatureClassifier classifier, std::int64_t images, int size,
                  std::uint64_t seed = 0);

  double distance(const Images& images);
  double floor();  // computed at the first call
  double ruler();  // halved and doubled in size, bilinearly
  std::int64_t images() const { return images_; }

 private:
  FeatureStatistics statistics(const Images& images);
  const FeatureStatistics& reference();

  FeatureClassifier classifier_;
  std::int64_t images_;
  int size_;
  std::uint64_t seed_;
  std::optional<FeatureStatistics> reference_;
  std::optional<double> floor_, ruler_;
};

}  // namespace sgilo
