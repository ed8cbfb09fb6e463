#include "sgilo/generator/kernels/image_buffer.h"

#include <map>
#include <mutex>
#include <new>

namespace sgilo {
namespace {

constexpr std::size_t kSmallest = 1 << 20;  // bytes; less is left to libtorch
constexpr std::align_val_t kAlignment{64};

// Free blocks by size. Leaked on purpose: tensors may outlive static objects.
class Store {
 public:
  // The smallest block that fits, of at most 4 times the size: a large one is soon asked for again.
  std::pair<void*, std::size_t> take(std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    const auto found = free_.lower_bound(bytes);
    if (found == free_.end() || found->first > 4 * bytes)
      return {::operator new(bytes, kAlignment), bytes};
    const std::pair<void*, std::size_t> block{found->second, found->first};
    free_.erase(found);
    return block;
  }
  void give_back(void* block, std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    free_.emplace(bytes, block);
  }
  void release() {
    const std::lock_guard lock(mutex_);
    for (const auto& [bytes, block] : free_) ::operator delete(block, kAlignment);
    free_.clear();
  }

 private:
  std::mutex mutex_;
  std::multimap<std::size_t, void*> free_;
};

Store& store() {
  static Store& all = *new Store;
  return all;
}

}  // namespace

void release_image_buffers() { store().release(); }

Tensor image_buffer(std::int64_t n, std::int64_t channels, std::int64_t height, std::int64_t width,
                    torch::ScalarType type) {
  const auto bytes =
      static_cast<std::size_t>(n * channels * height * width) * c10::elementSize(type);
  if (bytes < kSmallest)
    return torch::empty({n, channels, height, width}, torch::TensorOptions(type),
                        torch::MemoryFormat::ChannelsLast);
  const auto [block, size] = store().take(bytes);
  return torch::from_blob(
      block, {n, channels, height, width},
      {height * width * channels, 1, width * channels, channels},
      [size = size](void* own) { store().give_back(own, size); }, torch::TensorOptions(type));
}

}  // namespace sgilo
