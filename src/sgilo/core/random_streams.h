// Counter-based, keyed random numbers without state: a value depends on the keys and its position
// alone, so that a chain's draws do not depend on its neighbours, the batch, the thread count or
// the order of the calls. Generator: Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers:
// as easy as 1, 2, 3"); normals by Box-Muller.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "sgilo/core/torch.h"

namespace sgilo {

class RandomStreams {
 public:
  explicit RandomStreams(std::uint64_t seed);

  // An independent stream under this one, named by a word or a number:
  // streams.child("chain", 2).child("step", 17).child("styles").
  RandomStreams child(std::string_view name) const;
  RandomStreams child(std::uint64_t index) const;
  RandomStreams child(std::string_view name, std::uint64_t index) const;

  Tensor normal(torch::IntArrayRef shape) const;     // N(0,1), float32 on the CPU
  Tensor uniform(torch::IntArrayRef shape) const;    // [0,1), float32 on the CPU
  Tensor signs(torch::IntArrayRef shape) const;      // -1 or +1, float32 on the CPU
  Tensor permutation(std::int64_t count) const;      // int64, each order equally likely
  std::uint64_t integer(std::uint64_t below) const;  // in [0, below)
  std::uint64_t key() const { return key_; }

 private:
  explicit RandomStreams(std::uint64_t key, int) : key_(key) {}
  std::uint64_t key_;
};

// One stream per row of a batch (a chain of an image): normals of shape [rows, shape...], each row
// from its own stream.
Tensor normal_rows(const std::vector<RandomStreams>& rows, torch::IntArrayRef shape);

// The children of all rows under one name and number.
std::vector<RandomStreams> children(const std::vector<RandomStreams>& rows, std::string_view name,
                                    std::uint64_t index = 0);

}  // namespace sgilo
