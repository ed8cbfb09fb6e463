// Expected values: NIST, "Examples with intermediate values" of FIPS 180-4 and its long messages.
#include "sgilo/files/sha256.h"

#include <gtest/gtest.h>

#include "sgilo/core/error.h"
#include "sgilo/files/plain_sha256.h"
#include "support/error_text.h"
#include "support/temporary_folder.h"

namespace sgilo {
namespace {

std::string plain_sha256_of(std::string_view bytes) {
  PlainSha256 hash;
  hash.update(bytes);
  return hash.hex();
}

struct Example {
  std::string text, hash;
};

const Example kMillion{std::string(1'000'000, 'a'),
                       "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"};

TEST(Sha256, AgreesWithThePublishedExamples) {
  for (const Example& example :
       {Example{"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        Example{"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        Example{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
        Example{"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjkl"
                "mnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
                "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
        kMillion}) {
    EXPECT_EQ(sha256_of(example.text), example.hash);
    EXPECT_EQ(plain_sha256_of(example.text), example.hash);
  }
}

TEST(Sha256, ReadsFilesOfManyBuffersAndOfNone) {
  const TemporaryFolder folder;
  EXPECT_EQ(sha256_of_file(folder.put("a", kMillion.text)), kMillion.hash);
  const std::string long_text((3 << 20) + 1, 'b');
  EXPECT_EQ(sha256_of_file(folder.put("b", long_text)), sha256_of(long_text));
  EXPECT_EQ(sha256_of_file(folder.put("empty", "")), sha256_of(""));
}

TEST(PlainSha256, TakesTextInPieces) {
  const std::string_view letters = kMillion.text;
  PlainSha256 hash;
  for (std::size_t position = 0, count = 1; position < letters.size(); position += count++)
    hash.update(letters.substr(position, count));
  EXPECT_EQ(hash.hex(), kMillion.hash);
}

// A block of 64 bytes holds at most 55 bytes of text beside the padding.
TEST(PlainSha256, AgreesForEveryLengthAroundABlock) {
  EXPECT_EQ(plain_sha256_of(std::string(55, 'a')),
            "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318");
  EXPECT_EQ(plain_sha256_of(std::string(56, 'a')),
            "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a");
  EXPECT_EQ(plain_sha256_of(std::string(64, 'a')),
            "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb");
  for (std::size_t length = 0; length <= 130; ++length)
    EXPECT_EQ(plain_sha256_of(std::string(length, 'x')), sha256_of(std::string(length, 'x')));
}

TEST(Sha256, NamesAFileThatCannotBeRead) {
  EXPECT_EQ(error_text<FormatError>([] { sha256_of_file("/no/such/file"); }),
            "/no/such/file: cannot be read: there is no such file or folder");
}

}  // namespace
}  // namespace sgilo
