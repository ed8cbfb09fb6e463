#include "sgilo/portraits/portrait_batches.h"

#include <span>

#include "sgilo/core/error.h"
#include "sgilo/core/random_streams.h"
#include "sgilo/portraits/portrait_renderer.h"

namespace sgilo {
namespace {

void render(const PortraitPoolOptions& o, std::int64_t index, std::uint8_t* out) {
  const auto parameters =
      draw_portrait_parameters(o.seed, o.split, static_cast<std::uint64_t>(index));
  render_portrait(parameters, o.size, {out, static_cast<std::size_t>(3 * o.size * o.size)});
}

Tensor as_images(const Tensor& bytes) {  // [N,H,W,3] uint8 -> [N,3,H,W] in [-1,1]
  return bytes.permute({0, 3, 1, 2}).to(torch::kFloat32).mul_(1 / 127.5).sub_(1).contiguous();
}

}  // namespace

PortraitBatches::PortraitBatches(const PortraitPoolOptions& options)
    : options_(options), rendered_(static_cast<std::size_t>(options.count)) {
  if (options.count < options.batch)
    throw ConfigError(concat("the pool must hold at least one batch of ", options.batch,
                             " portraits, but is ", options.count));
  pool_ = torch::empty({options.count, options.size, options.size, 3}, torch::kUInt8);
  worker_ = std::thread([this] { work(); });
}

PortraitBatches::~PortraitBatches() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  worker_.join();
}

void PortraitBatches::order_epoch(std::int64_t epoch) {
  if (epoch == epoch_) return;
  const Tensor order = RandomStreams(options_.order)
                           .child("epoch", static_cast<std::uint64_t>(epoch))
                           .permutation(options_.count);
  order_.assign(order.data_ptr<std::int64_t>(), order.data_ptr<std::int64_t>() + options_.count);
  epoch_ = epoch;
}

std::vector<std::int64_t> PortraitBatches::members(std::int64_t index) {
  const std::int64_t per_epoch = options_.count / options_.batch;
  order_epoch(index / per_epoch);
  const auto begin = order_.begin() + (index % per_epoch) * options_.batch;
  return {begin, begin + options_.batch};
}

// Only one thread renders at a time:
// the caller waits for the worker before it renders what is still missing.
void PortraitBatches::render_missing(const std::vector<std::int64_t>& members) {
  for (const std::int64_t i : members) {
    if (rendered_[static_cast<std::size_t>(i)]) continue;
    render(options_, i, pool_.data_ptr<std::uint8_t>() + i * 3 * options_.size * options_.size);
    rendered_[static_cast<std::size_t>(i)] = true;
  }
}

void PortraitBatches::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || !wanted_.empty(); });
    if (stopping_) return;
    const std::vector<std::int64_t> members = wanted_;
    lock.unlock();
    render_missing(members);
    lock.lock();
    wanted_.clear();
    changed_.notify_all();
  }
}

PortraitBatch PortraitBatches::batch(std::int64_t index) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return wanted_.empty(); });
  const std::vector<std::int64_t> members_now = members(index);
  render_missing(members_now);
  const Tensor rows = torch::tensor(members_now, torch::kInt64);
  PortraitBatch batch{as_images(pool_.index_select(0, rows)), {}, {}};
  wanted_ = members(index + 1);
  lock.unlock();
  changed_.notify_all();

  batch.indices.assign(members_now.begin(), members_now.end());
  batch.flipped.assign(members_now.size(), false);
  if (options_.flip) {
    const Tensor coins = RandomStreams(options_.order)
                             .child("flip", static_cast<std::uint64_t>(index))
                             .uniform({options_.batch});
    for (std::int64_t i = 0; i < options_.batch; ++i) {
      if (coins[i].item<float>() >= 0.5f) continue;
      batch.flipped[static_cast<std::size_t>(i)] = true;
      batch.images[i].copy_(batch.images[i].flip(2));
    }
  }
  return batch;
}

Tensor portrait_images(std::uint64_t seed, PortraitSplit split, std::uint64_t first,
                       std::int64_t count, int size) {
  const PortraitPoolOptions options{.seed = seed, .split = split, .size = size};
  Tensor bytes = torch::empty({count, size, size, 3}, torch::kUInt8);
  at::parallel_for(0, count, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i)
      render(options, static_cast<std::int64_t>(first) + i,
             bytes.data_ptr<std::uint8_t>() + i * 3 * size * size);
  });
  return as_images(bytes);
}

}  // namespace sgilo
