// SHA-256 in plain C++ (FIPS 180-4): the reference for libcrypto's, and what takes its place in a
// build without it (SGILO_OPENSSL=OFF).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace sgilo {

class PlainSha256 {
 public:
  void update(std::string_view bytes);
  std::string hex();  // 64 digits; the object is spent afterwards

 private:
  void compress(const unsigned char* block);

  std::array<std::uint32_t, 8> state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<unsigned char, 64> block_{};
  std::uint64_t length_ = 0;  // bytes so far; length_ % 64 of them wait in block_
};

}  // namespace sgilo
