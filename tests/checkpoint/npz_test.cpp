#include "sgilo/checkpoint/npz.h"

#include <gtest/gtest.h>

#include "sgilo/checkpoint/read_checkpoint.h"
#include "sgilo/checkpoint/zip_writer.h"
#include "sgilo/core/error.h"
#include "support/error_text.h"
#include "support/temporary_folder.h"

namespace sgilo {
namespace {

TEST(Npz, NamesArraysByTheirRecords) {
  const TemporaryFolder folder;
  write_npz(folder / "a.npz", {{"x", torch::arange(3)}, {"a/b", torch::ones({2, 2})}});
  const ZipArchive archive(file_bytes(folder / "a.npz"), "a.npz");
  EXPECT_EQ(archive.names(), (std::vector<std::string>{"a/b.npy", "x.npy"}));
  const Checkpoint read = open_checkpoint(folder / "a.npz");
  EXPECT_EQ(read.format, "npz");
  EXPECT_TRUE(torch::equal(read.load("x"), torch::arange(3)));
}

TEST(Npz, NamesTheRecordThatIsNoArray) {
  const TemporaryFolder folder;
  const std::string text = "no array";
  write_zip(folder / "a.npz", {{"x.npy", {{text.data(), text.size()}}}});
  EXPECT_NE(error_text<FormatError>([&] {
              open_checkpoint(folder / "a.npz");
            }).find("a.npz: record 'x.npy'"),
            std::string::npos);
}

std::string npy(const std::string& description, const std::string& shape, const std::string& data) {
  std::string text =
      concat("{'descr': ", description, ", 'fortran_order': False, 'shape': ", shape, ", }\n");
  const auto length = static_cast<std::uint16_t>(text.size());
  return concat("\x93NUMPY\x01", std::string(1, '\0'), static_cast<char>(length & 0xFF),
                static_cast<char>(length >> 8), text, data);
}
Checkpoint opened(const std::vector<std::pair<std::string, std::string>>& records) {
  const TemporaryFolder folder;
  std::vector<ZipRecord> out;
  for (const auto& [name, content] : records)
    out.push_back({name, {{content.data(), content.size()}}});
  write_zip(folder / "a.npz", out);
  const std::string content = folder.get("a.npz");
  return open_checkpoint(memory_bytes(content, "a.npz"), "a.npz");
}

TEST(Npz, ReadsTheArraysBesideTextsObjectsAndRecords) {
  const Checkpoint read = opened({{"w.npy", npy("'<f4'", "(1,)", std::string(4, '\0'))},
                                  {"names.npy", npy("'<U2'", "(1,)", std::string(8, 'a'))},
                                  {"args.npy", npy("'|O'", "()", "pickle")},
                                  {"table.npy", npy("[('a', '<f4'), ('b', '<i8')]", "(0,)", "")},
                                  {"when.npy", npy("'<M8[s]'", "(1,)", std::string(8, 'a'))},
                                  {"read me.txt", "hello"}});
  EXPECT_EQ(read.tensors.size(), 1U);
  EXPECT_EQ(read.load("w").item<float>(), 0);
  const auto asked = [&](const char* name) {
    return error_text<FormatError>([&] { read.load(name); });
  };
  EXPECT_EQ(asked("names"), "a.npz: 'names' holds texts, but numbers are read");
  EXPECT_EQ(asked("args"), "a.npz: 'args' holds Python objects, which are never read");
  EXPECT_EQ(asked("table"),
            "a.npz: 'table' holds records of named fields, but a plain array of numbers is needed");
  EXPECT_EQ(asked("when"), "a.npz: 'when' holds dates or times, but numbers are read");
  EXPECT_EQ(asked("read me.txt"), "a.npz: 'read me.txt' is no array");
  ASSERT_EQ(read.notes.size(), 1U);
  EXPECT_TRUE(read.notes[0].starts_with(
      "5 arrays are not read: 'args' holds Python objects, which are never read; 'names' holds"))
      << read.notes[0];
}

TEST(Npz, RefusesAnArchiveOfWhichNoArrayIsReadAndADamagedOne) {
  EXPECT_EQ(error_text<FormatError>([] {
              opened({{"s.npy", npy("'|S3'", "(1,)", "abc")}});
            }),
            "a.npz: 1 array is not read: 's' holds texts, but numbers are read");
  EXPECT_EQ(
      error_text<FormatError>([] {
        opened({{"w.npy", npy("'<f4'", "(1,)", "1234")}, {"v.npy", npy("'<f4'", "(2,)", "1234")}});
      }),
      "a.npz: record 'v.npy': needs 8 bytes for its type and shape, but has 4: it is "
      "truncated");
  EXPECT_EQ(error_text<FormatError>([] {
              opened({{"a\nb.npy", npy("'<f4'", "(1,)", "1234")}});
            }),
            R"(a.npz: record 'a\nb.npy' has a name that cannot be printed)");
}

TEST(Npz, WritesNothingThatTheFormatLacks) {
  const TemporaryFolder folder;
  EXPECT_NE(error_text<ConfigError>([&] {
              write_npz(folder / "a.npz", {{"", torch::ones({1})}});
            }).find("'' cannot name a record"),
            std::string::npos);
  EXPECT_NE(error_text<ConfigError>([&] {
              write_npz(folder / "a.npz", {{"half", torch::ones({1}, torch::kBFloat16)}});
            }).find("tensor 'half'"),
            std::string::npos);
  EXPECT_EQ(folder.count(), 0);
}

}  // namespace
}  // namespace sgilo
