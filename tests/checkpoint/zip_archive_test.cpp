#include "sgilo/checkpoint/zip_archive.h"

#include <gtest/gtest.h>

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

TEST(ZipArchive, WritesNothingWhereItCannot) {
  EXPECT_NE(error_text<Error>([] {
              write_zip("/no/such/folder/a.zip", {{"a", {{kText.data(), 4}}}});
            }).find("/no/such/folder/a.zip: cannot be written: "),
            std::string::npos);
}

}  // namespace
}  // namespace sgilo
