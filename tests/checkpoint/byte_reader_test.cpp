#include "sgilo/checkpoint/byte_reader.h"

#include <gtest/gtest.h>

#include "sgilo/core/error.h"
#include "support/error_text.h"

namespace sgilo {
namespace {

TEST(ByteReader, ReadsLittleEndianNumbersInOrder) {
  const std::string bytes("\x01\x02\x03\xff\xff", 5);
  ByteReader reader(bytes, "f");
  EXPECT_EQ(reader.number<std::uint8_t>("a"), 1);
  EXPECT_EQ(reader.number<std::uint16_t>("b"), 0x0302);
  EXPECT_EQ(reader.number<std::int16_t>("c"), -1);
  EXPECT_TRUE(reader.at_end());
}

TEST(ByteReader, StaysWhereItIsWhenBytesAreMissing) {
  ByteReader reader("abc", "file.pkl");
  reader.take(1, "opcode");
  EXPECT_EQ(error_text<FormatError>([&] { reader.number<std::uint32_t>("the length"); }),
            "file.pkl: the length needs 4 bytes, but only 2 are left (byte 1)");
  EXPECT_EQ(error_text<FormatError>([&] { reader.take(~std::uint64_t{0}, "the text"); }),
            "file.pkl: the text needs 18446744073709551615 bytes, but only 2 are left (byte 1)");
  EXPECT_EQ(error_text<FormatError>([&] { reader.seek(4, "the index"); }),
            "file.pkl: the index points to byte 4, but there are only 3 (byte 1)");
  EXPECT_EQ(reader.position(), 1U);
}

}  // namespace
}  // namespace sgilo
