// Memory that runs out: the n-th allocation of this thread fails. Replaces operator new, so that only
// one file of a test program may include this.
#pragma once

#include <cstdlib>
#include <new>

namespace sgilo {

// How many allocations still succeed; negative: all.
inline thread_local long allocations_left = -1;

inline bool allocation_fails() {
  if (allocations_left < 0) return false;
  if (allocations_left == 0) return true;
  --allocations_left;
  return false;
}

class FailingAllocations {
 public:
  explicit FailingAllocations(long successes) { allocations_left = successes; }
  ~FailingAllocations() { allocations_left = -1; }
};

}  // namespace sgilo

void* operator new(std::size_t bytes) {
  void* memory = sgilo::allocation_fails() ? nullptr : std::malloc(bytes > 0 ? bytes : 1);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void* operator new[](std::size_t bytes) { return ::operator new(bytes); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
