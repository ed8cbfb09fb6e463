#include "sgilo/training/portrait_frechet.h"

#include "sgilo/portraits/portrait_batches.h"

namespace sgilo {
namespace {

constexpr std::int64_t kBatch = 100;

Tensor blurred(const Tensor& images) {
  const std::vector<std::int64_t> size{images.size(2), images.size(3)};
  return torch::upsample_bilinear2d(torch::avg_pool2d(images, 2), size, false);
}

}  // namespace

PortraitFrechet::PortraitFrechet(FeatureClassifier classifier, std::int64_t images, int size,
                                 std::uint64_t seed)
    : classifier_(std::move(classifier)), images_(images), size_(size), seed_(seed) {}

FeatureStatistics PortraitFrechet::statistics(const Images& images) {
  const torch::NoGradGuard no_grad;
  FeatureStatistics out(classifier_->options().features);
  for (std::int64_t first = 0; first < images_; first += kBatch)
    out.add(classifier_->features(images(first, std::min(kBatch, images_ - first)).clamp(-1, 1)));
  return out;
}

const FeatureStatistics& PortraitFrechet::reference() {
  if (!reference_)
    reference_ = statistics([this](std::int64_t first, std::int64_t count) {
      return portrait_images(seed_, PortraitSplit::validation, static_cast<std::uint64_t>(first),
                             count, size_);
    });
  return *reference_;
}

double PortraitFrechet::distance(const Images& images) {
  return frechet_distance(statistics(images), reference());
}

double PortraitFrechet::floor() {
  if (!floor_)
    floor_ = distance([this](std::int64_t first, std::int64_t count) {
      return portrait_images(seed_, PortraitSplit::validation,
                             static_cast<std::uint64_t>(images_ + first), count, size_);
    });
  return *floor_;
}

double PortraitFrechet::ruler() {
  if (!ruler_)
    ruler_ = distance([this](std::int64_t first, std::int64_t count) {
      return blurred(portrait_images(seed_, PortraitSplit::validation,
                                     static_cast<std::uint64_t>(images_ + first), count, size_));
    });
  return *ruler_;
}

}  // namespace sgilo
