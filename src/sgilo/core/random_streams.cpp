#include "sgilo/core/random_streams.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace sgilo {
namespace {

using Block = std::array<std::uint32_t, 4>;

// Philox4x32 with 10 rounds.
Block philox(std::uint64_t key, std::uint64_t counter) {
  Block x{static_cast<std::uint32_t>(counter), static_cast<std::uint32_t>(counter >> 32), 0, 0};
  std::uint32_t k0 = static_cast<std::uint32_t>(key), k1 = static_cast<std::uint32_t>(key >> 32);
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = 0xD2511F53ull * x[0], b = 0xCD9E8D57ull * x[2];
    x = {static_cast<std::uint32_t>(b >> 32) ^ x[1] ^ k0, static_cast<std::uint32_t>(b),
         static_cast<std::uint32_t>(a >> 32) ^ x[3] ^ k1, static_cast<std::uint32_t>(a)};
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  return x;
}

// The finaliser of splitmix64: every bit of the key depends on every bit of the input.
std::uint64_t mix(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  return z ^ (z >> 31);
}

std::uint64_t combine(std::uint64_t key, std::uint64_t value) {
  return mix(mix(key + 0x9E3779B97F4A7C15ull) ^
             mix(value + 0xD1B54A32D192ED03ull) * 0x9FB21C651E98DF25ull);
}

std::uint64_t hash(std::string_view name) {  // FNV-1a
  std::uint64_t h = 0xCBF29CE484222325ull;
  for (const char c : name) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001B3ull;
  return h;
}

std::int64_t count_of(torch::IntArrayRef shape) {
  std::int64_t count = 1;
  for (const std::int64_t size : shape) count *= size;
  return count;
}

float unit(std::uint32_t bits) { return static_cast<float>(bits >> 8) * 0x1p-24f; }

// Numbers 4 i .. 4 i + 3 are of block i, so that threads may share the work.
void fill_normal(std::uint64_t key, float* out, std::int64_t count) {
  at::parallel_for(0, (count + 3) / 4, 1024, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const Block block = philox(key, static_cast<std::uint64_t>(i));
      float z[4];
      for (int pair = 0; pair < 2; ++pair) {  // Box-Muller; 1 - u lies in (0, 1]
        const float radius = std::sqrt(-2.0f * std::log(1.0f - unit(block[2 * pair])));
        const float angle = 2.0f * std::numbers::pi_v<float> * unit(block[2 * pair + 1]);
        z[2 * pair] = radius * std::cos(angle);
        z[2 * pair + 1] = radius * std::sin(angle);
      }
      std::copy_n(z, std::min<std::int64_t>(4, count - 4 * i), out + 4 * i);
    }
  });
}

}  // namespace

RandomStreams::RandomStreams(std::uint64_t seed) : key_(combine(0, seed)) {}

RandomStreams RandomStreams::child(std::string_view name) const {
  return RandomStreams(combine(key_, hash(name)), 0);
}

RandomStreams RandomStreams::child(std::uint64_t index) const {
  return RandomStreams(combine(key_ ^ 0xA5A5A5A5A5A5A5A5ull, index), 0);
}

RandomStreams RandomStreams::child(std::string_view name, std::uint64_t index) const {
  return child(name).child(index);
}

Tensor RandomStreams::normal(torch::IntArrayRef shape) const {
  Tensor out = torch::empty(shape, torch::kFloat32);
  fill_normal(key_, out.data_ptr<float>(), out.numel());
  return out;
}

Tensor RandomStreams::uniform(torch::IntArrayRef shape) const {
  Tensor out = torch::empty(shape, torch::kFloat32);
  float* values = out.data_ptr<float>();
  for (std::int64_t i = 0; i < out.numel(); ++i)
    values[i] =
        unit(philox(key_, static_cast<std::uint64_t>(i / 4))[static_cast<std::size_t>(i % 4)]);
  return out;
}

Tensor RandomStreams::signs(torch::IntArrayRef shape) const {
  return torch::where(uniform(shape) < 0.5, -torch::ones(shape), torch::ones(shape));
}

Tensor RandomStreams::permutation(std::int64_t count) const {
  Tensor out = torch::arange(count, torch::kInt64);
  std::int64_t* values = out.data_ptr<std::int64_t>();
  for (std::int64_t i = count - 1; i > 0; --i) {  // Fisher-Yates
    const std::uint64_t j =
        child(static_cast<std::uint64_t>(i)).integer(static_cast<std::uint64_t>(i) + 1);
    std::swap(values[i], values[j]);
  }
  return out;
}

std::uint64_t RandomStreams::integer(std::uint64_t below) const {
  const Block block = philox(key_, 0);
  const std::uint64_t bits = (static_cast<std::uint64_t>(block[0]) << 32) | block[1];
  return static_cast<std::uint64_t>((static_cast<unsigned __int128>(bits) * below) >> 64);
}

Tensor normal_rows(const std::vector<RandomStreams>& rows, torch::IntArrayRef shape) {
  Shape full{static_cast<std::int64_t>(rows.size())};
  full.insert(full.end(), shape.begin(), shape.end());
  Tensor out = torch::empty(full, torch::kFloat32);
  const std::int64_t stride = count_of(shape);
  for (std::size_t i = 0; i < rows.size(); ++i)
    fill_normal(rows[i].key(), out.data_ptr<float>() + static_cast<std::int64_t>(i) * stride,
                stride);
  return out;
}

std::vector<RandomStreams> children(const std::vector<RandomStreams>& rows, std::string_view name,
                                    std::uint64_t index) {
  std::vector<RandomStreams> out;
  out.reserve(rows.size());
  for (const RandomStreams& row : rows) out.push_back(row.child(name, index));
  return out;
}

}  // namespace sgilo
