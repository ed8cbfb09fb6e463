#include "sgilo/checkpoint/zip_writer.h"

#include <gtest/gtest.h>

#include "sgilo/checkpoint/zip_archive.h"
#include "sgilo/core/error.h"
#include "support/error_text.h"
#include "support/temporary_folder.h"

namespace sgilo {
namespace {

// Records "0", "1", ... of their own name as content, without copies of what they hold.
std::string archive_of(std::size_t count) {
  const TemporaryFolder folder;
  std::vector<std::string> names(count);
  std::vector<ZipRecord> records(count);
  for (std::size_t i = 0; i < count; ++i) {
    names[i] = std::to_string(i);
    records[i] = {names[i], {{names[i].data(), names[i].size()}}};
  }
  write_zip(folder / "a.zip", records);
  return folder.get("a.zip");
}

const std::string kZip64End("PK\6\6", 4);

TEST(ZipWriter, WritesAStoredRecordByteForByte) {
  const TemporaryFolder folder;
  const std::string text = "123456789", name = "a";
  write_zip(folder / "a.zip", {{name, {{text.data(), 4}, {text.data() + 4, 5}}}});
  const std::string archive = folder.get("a.zip");
  // version 2.0, UTF-8, stored, 1980-01-01, CRC-32 cbf43926 (the check value of that code), 9, 9, 1, 0
  const std::string header(
      "PK\3\4\x14\0\0\x08\0\0\0\0\x21\0\x26\x39\xf4\xcb\x09\0\0\0\x09\0\0\0\x01\0\0\0a", 31);
  EXPECT_EQ(archive.substr(0, 31), header);
  EXPECT_EQ(archive.substr(31, 9), text);
  EXPECT_EQ(archive.substr(40, 4), std::string("PK\1\2", 4));
  EXPECT_EQ(archive.size(), 40U + 47U + 22U);  // record, directory, end
}

TEST(ZipWriter, TakesZip64OnceTheRecordsAreMoreThan16BitsCount) {
  EXPECT_EQ(archive_of(65'534).find(kZip64End), std::string::npos);
  constexpr std::size_t kMany = 65'536;
  const std::string archive = archive_of(kMany);
  const std::size_t end = archive.find(kZip64End);
  ASSERT_NE(end, std::string::npos);
  EXPECT_EQ(archive.substr(end + 24, 8), std::string("\0\0\1\0\0\0\0\0", 8));  // on this disk
  EXPECT_EQ(archive.substr(end + 32, 8), std::string("\0\0\1\0\0\0\0\0", 8));  // in all
  EXPECT_EQ(archive.substr(archive.size() - 14, 4), "\xff\xff\xff\xff");       // see there
  const ZipArchive read(memory_bytes(archive, "a.zip"), "a.zip");
  EXPECT_EQ(read.names().size(), kMany);
  EXPECT_EQ(read.content("65535", 5), "65535");
}

TEST(ZipWriter, RefusesANameThatNoArchiveHoldsAndLeavesNothing) {
  const TemporaryFolder folder;
  EXPECT_EQ(error_text<ConfigError>([&] {
              write_zip(folder / "a.zip", {{std::string(65'535, 'n'), {}}});
            }),
            (folder / "a.zip").string() +
                ": a record's name has 65535 bytes, but an archive holds fewer than 65535");
  EXPECT_EQ(folder.count(), 0);
}

}  // namespace
}  // namespace sgilo
