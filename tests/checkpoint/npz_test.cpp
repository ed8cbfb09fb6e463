#include "sgilo/checkpoint/npz.h"

#include <gtest/gtest.h>

#include "sgilo/checkpoint/read_checkpoint.h"
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
