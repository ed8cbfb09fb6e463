#include "sgilo/files/sha256.h"

#include <algorithm>
#include <cstdint>

#include "sgilo/files/input_file.h"

#ifdef SGILO_WITH_OPENSSL
#include <openssl/evp.h>

#include <array>
#include <memory>

#include "sgilo/core/error.h"
#else
#include "sgilo/files/plain_sha256.h"
#endif

namespace sgilo {
namespace {

#ifdef SGILO_WITH_OPENSSL

class Sha256 {
 public:
  Sha256() { require(context_ && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1); }
  void update(std::string_view bytes) {
    require(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
  }
  std::string hex() {
    std::array<unsigned char, 32> digest;
    require(EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr) == 1);
    constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    for (const unsigned char byte : digest) {
      text += kDigits[byte >> 4];
      text += kDigits[byte & 15];
    }
    return text;
  }

 private:
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  static void require(bool done) {
    if (!done) throw Error("libcrypto cannot compute SHA-256 here");
  }

  std::unique_ptr<EVP_MD_CTX, Free> context_{EVP_MD_CTX_new()};
};

#else

using Sha256 = PlainSha256;

#endif

}  // namespace

std::string sha256_of(std::string_view bytes) {
  Sha256 hash;
  hash.update(bytes);
  return hash.hex();
}

std::string sha256_of_file(const std::filesystem::path& path) {
  const InputFile file(path);
  Sha256 hash;
  std::string buffer(1 << 20, '\0');
  for (std::uint64_t position = 0; position < file.size();) {
    const auto count = std::min<std::uint64_t>(buffer.size(), file.size() - position);
    file.read_at(position, buffer.data(), count);
    hash.update({buffer.data(), count});
    position += count;
  }
  return hash.hex();
}

}  // namespace sgilo
