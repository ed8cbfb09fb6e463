// Batches of rendered portraits for the trainers. A pool of images is rendered on demand, once
// each, by background threads, and kept as bytes in memory; each epoch goes through the pool in a
// new order. Batch b is a pure function of (options, b),
// so that a resumed run goes on with the same data.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include "sgilo/core/torch.h"
#include "sgilo/portraits/portrait_parameters.h"

namespace sgilo {

struct PortraitPoolOptions {
  std::uint64_t seed = 0;
  PortraitSplit split = PortraitSplit::train;
  std::int64_t count = 100000;  // portraits in the pool; 12 KB each at 64 pixels
  std::int64_t batch = 32;
  int size = 64;
  bool flip = true;         // half of the images mirrored
  std::uint64_t order = 0;  // seed of the order of an epoch and of what is mirrored
};

struct PortraitBatch {
  Tensor images;                       // [batch, 3, size, size], float32 in [-1, 1]
  std::vector<std::uint64_t> indices;  // of the portraits within the split
  std::vector<bool> flipped;
};

class PortraitBatches {
 public:
  explicit PortraitBatches(const PortraitPoolOptions& options);
  ~PortraitBatches();

  // Also begins to render the next batch in the background.
  PortraitBatch batch(std::int64_t index);

 private:
  void order_epoch(std::int64_t epoch);
  std::vector<std::int64_t> members(std::int64_t index);
  void render_missing(const std::vector<std::int64_t>& members);
  void work();

  PortraitPoolOptions options_;
  Tensor pool_;  // [count, size, size, 3], uint8
  std::vector<bool> rendered_;
  std::int64_t epoch_ = -1;
  std::vector<std::int64_t> order_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::int64_t> wanted_;  // handed to the worker; empty when it is idle
  bool stopping_ = false;
  std::thread worker_;
};

// Portraits first .. first + count - 1 of a split as images [count, 3, size, size] in [-1, 1].
Tensor portrait_images(std::uint64_t seed, PortraitSplit split, std::uint64_t first,
                       std::int64_t count, int size);

}  // namespace sgilo
