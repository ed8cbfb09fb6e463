#include "sgilo/checkpoint/zip_archive.h"

#include <gtest/gtest.h>

#include "sgilo/checkpoint/zip_writer.h"
#include "sgilo/core/error.h"
#include "support/error_text.h"
#include "support/temporary_folder.h"

namespace sgilo {
namespace {

const std::string kText = "the text of a record";

std::string archive_of(const std::vector<std::pair<std::string, std::string>>& records) {
  const TemporaryFolder folder;
  std::vector<ZipRecord> out;
  for (const auto& [name, content] : records)
    out.push_back({name, {{content.data(), 4}, {content.data() + 4, content.size() - 4}}});
  write_zip(folder / "a.zip", out);
  EXPECT_EQ(folder.count(), 1);  // nothing temporary is left
  return folder.get("a.zip");
}
ZipArchive open(const std::string& content) { return {memory_bytes(content, "a.zip"), "a.zip"}; }
std::string complaint(const std::string& content) {
  return error_text<FormatError>([&] { open(content).all()->verify(); });
}

TEST(ZipArchive, ReturnsRecordsByNameAndPosition) {
  const ZipArchive archive =
      open(archive_of({{"x/a", kText}, {"x/b", std::string(3'000'000, 'b')}}));
  EXPECT_EQ(archive.names(), (std::vector<std::string>{"x/a", "x/b"}));
  EXPECT_EQ(archive.content("x/a", 100), kText);
  char four[4];
  archive.record("x/b")->read_at(2'999'996, four, 4);
  EXPECT_EQ(std::string(four, 4), "bbbb");
  EXPECT_EQ(error_text<FormatError>([&] { archive.content("x/c", 9); }),
            "a.zip: record 'x/c' is missing");
  EXPECT_EQ(error_text<FormatError>([&] { archive.content("x/a", 9); }),
            "a.zip: record 'x/a' has 20 bytes, but at most 9 are accepted");
  EXPECT_EQ(error_text<FormatError>([&] { archive.record("x/a")->read_at(18, four, 4); }),
            "a.zip: record 'x/a' has 20 bytes, but 4 are needed at byte 18");
}

TEST(ZipArchive, FindsARecordThatChanged) {
  std::string content = archive_of({{"a", kText}});
  content[content.find(kText)] = 'T';
  EXPECT_EQ(complaint(content), "a.zip: record 'a' is damaged: CRC error");
}

TEST(ZipArchive, RefusesArchivesThatAreCutOff) {
  const std::string content = archive_of({{"a", kText}});
  for (const std::size_t length : {content.size() - 1, content.size() / 2, std::size_t{30}})
    EXPECT_NE(
        complaint(content.substr(0, length)).find("is no whole zip archive, it may be truncated"),
        std::string::npos);
}

TEST(ZipArchive, RefusesTwoRecordsOfOneName) {
  std::string content = archive_of({{"a1", kText}, {"a2", kText}});
  for (std::size_t at = content.find("a2"); at != std::string::npos; at = content.find("a2"))
    content[at + 1] = '1';
  EXPECT_EQ(complaint(content), "a.zip: has two records of one name");
}

// Zeros in place of the checksum of the records whose names are given, in both places.
std::string without_checksums(std::string content, const std::vector<std::string>& names) {
  for (const std::string& name : names)
    for (std::size_t at = content.find(name); at != std::string::npos;
         at = content.find(name, at + 1)) {
      if (at >= 30 && content.compare(at - 30, 4, "PK\3\4") == 0)
        content.replace(at - 16, 4, 4, '\0');
      if (at >= 46 && content.compare(at - 46, 4, "PK\1\2") == 0)
        content.replace(at - 30, 4, 4, '\0');
    }
  return content;
}

TEST(ZipArchive, ReadsRecordsThatWereWrittenWithoutChecksums) {
  const std::string content =
      without_checksums(archive_of({{"a", kText}, {"b", std::string(100'000, 'b')}}), {"a", "b"});
  const ZipArchive archive = open(content);
  EXPECT_FALSE(archive.has_checksums());
  EXPECT_EQ(archive.content("a", 100), kText);
  EXPECT_EQ(archive.content("b", 100'000), std::string(100'000, 'b'));
  EXPECT_EQ(complaint(content), "");
  EXPECT_TRUE(open(archive_of({{"a", kText}})).has_checksums());
}

TEST(ZipArchive, TakesAZeroAmongChecksumsForDamage) {
  const std::string content = without_checksums(archive_of({{"a", kText}, {"b", kText}}), {"a"});
  EXPECT_TRUE(open(content).has_checksums());
  EXPECT_EQ(complaint(content), "a.zip: record 'a' is damaged: CRC error");
}

TEST(ZipArchive, RefusesRecordsThatOverlap) {
  // Record b, with its header, is what record a holds; the directory names both.
  const std::string inner = archive_of({{"b", std::string(2000, 'x')}});
  const std::size_t inner_end = inner.find("PK\1\2");
  std::string content = archive_of({{"a", inner.substr(0, inner_end)}});
  const std::size_t directory = content.find("PK\1\2", inner_end);
  std::string entry = inner.substr(inner_end, 47);
  entry[42] = 31;  // its header stands behind that of a
  content.insert(content.find("PK\5\6", directory), entry);
  const std::size_t end = content.find("PK\5\6", directory);
  content[end + 8] = content[end + 10] = 2;
  content[end + 12] = 2 * 47;
  EXPECT_EQ(
      complaint(content),
      concat("a.zip: its records overlap: up to record 'b' they would take ",
             22 + (31 + 2000 + 78) + (2000 + 78), " bytes, but the file has ", content.size()));
}

TEST(ZipArchive, ReadsWhatItWritesOfManyRecords) {  // beyond 65,535 by zip64
  std::vector<std::pair<std::string, std::string>> records;
  for (int i = 0; i < 70'000; ++i) records.emplace_back(std::to_string(i), "text");
  const ZipArchive archive = open(archive_of(records));
  EXPECT_EQ(archive.names().size(), 70'000U);
  EXPECT_EQ(archive.content("69999", 9), "text");
}

TEST(ZipArchive, WritesThroughALink) {
  const TemporaryFolder folder;
  folder.put("target", "old");
  std::filesystem::create_symlink("target", folder / "link");
  write_zip(folder / "link", {{"a", {{kText.data(), kText.size()}}}});
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "link"));
  EXPECT_EQ(open(folder.get("target")).content("a", 99), kText);
  EXPECT_EQ(folder.count(), 2);
}

TEST(ZipArchive, WritesNothingWhereItCannot) {
  EXPECT_NE(error_text<Error>([] {
              write_zip("/no/such/folder/a.zip", {{"a", {{kText.data(), 4}}}});
            }).find("/no/such/folder/a.zip: cannot be written: "),
            std::string::npos);
}

}  // namespace
}  // namespace sgilo
