// Memory that runs out: after some allocations of this thread one fails, or all that follow.
// Replaces operator new, so that only one file of a test program may include this.
#pragma once

#include <cstdlib>
#include <new>

namespace sgilo {

// How many allocations still succeed; negative: all.
inline thread_local long allocations_left = -1;
inline thread_local bool fail_once = false;

inline bool allocation_fails() {
  if (allocations_left < 0) return false;
  if (allocations_left-- > 0) return false;
  if (!fail_once) allocations_left = 0;
  return true;
}

class FailingAllocations {
 public:
  explicit FailingAllocations(long successes, bool once = false) {
    fail_once = once;
    allocations_left = successes;
  }
  ~FailingAllocations() { allocations_left = -1; }
};

}  // namespace sgilo

void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
  return sgilo::allocation_fails() ? nullptr : std::malloc(bytes > 0 ? bytes : 1);
}
void* operator new[](std::size_t bytes, const std::nothrow_t& none) noexcept {
  return ::operator new(bytes, none);
}
void* operator new(std::size_t bytes) {
  void* memory = ::operator new(bytes, std::nothrow);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void* operator new[](std::size_t bytes) { return ::operator new(bytes); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
