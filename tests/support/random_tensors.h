// Tensors for property tests: every type, any bits (also NaN and infinity), shape and layout.
#pragma once

#include <cstring>
#include <random>

#include "sgilo/core/state_dict.h"

namespace sgilo {

inline Tensor random_bits(std::int64_t count, torch::ScalarType type, std::mt19937& random) {
  const Tensor out = torch::empty({count}, type);
  auto* bytes = static_cast<unsigned char*>(out.data_ptr());
  for (std::size_t i = 0; i < out.nbytes(); ++i)
    bytes[i] = static_cast<unsigned char>(random() & (type == torch::kBool ? 1U : 255U));
  return out;
}

// Rank 0 to 4, some axes empty; contiguous, permuted, a part of a larger tensor, or every other
// row.
inline Tensor random_tensor(torch::ScalarType type, std::mt19937& random) {
  Shape sizes(random() % 5);
  std::int64_t count = 1;
  for (auto& size : sizes)
    count *= size = static_cast<std::int64_t>(random() % 12 == 0 ? 0 : 1 + random() % 5);
  const auto full = [&] { return random_bits(count, type, random).view(sizes); };
  if (sizes.empty()) return full();
  const auto axis = static_cast<std::int64_t>(random() % sizes.size());
  switch (random() % 4) {
    case 0:
      return full().transpose(axis, static_cast<std::int64_t>(random() % sizes.size()));
    case 1:
      return torch::stack({full(), full()}, axis).select(axis, 1);
    case 2:
      return full().slice(axis, 0, sizes[static_cast<std::size_t>(axis)], 2);
    default:
      return full();
  }
}

// Up to eight tensors of the types; some are views of the one before.
inline StateDict random_state(const std::vector<torch::ScalarType>& types, std::mt19937& random) {
  StateDict out;
  Tensor last;
  const std::size_t count = 1 + random() % 8;
  for (std::size_t i = 0; i < count; ++i) {
    Tensor tensor = random_tensor(types[random() % types.size()], random);
    if (random() % 4 == 0 && last.defined() && last.dim() > 0) tensor = last.transpose(0, -1);
    out["layer" + std::to_string(i) + (random() % 2 ? ".weight" : ".\xc3\xa9t\xc3\xa9")] = tensor;
    last = tensor;
  }
  return out;
}

// Type, shape and every bit.
inline bool same_bits(const Tensor& a, const Tensor& b) {
  const Tensor left = a.contiguous(), right = b.contiguous();
  return a.scalar_type() == b.scalar_type() && a.sizes() == b.sizes() &&
         (left.numel() == 0 || std::memcmp(left.data_ptr(), right.data_ptr(), left.nbytes()) == 0);
}

inline bool same_bits(const StateDict& a, const StateDict& b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](const auto& left, const auto& right) {
           return left.first == right.first && same_bits(left.second, right.second);
         });
}

}  // namespace sgilo
