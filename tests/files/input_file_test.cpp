#include "sgilo/files/input_file.h"

#include <gtest/gtest.h>

#include "sgilo/core/error.h"
#include "support/error_text.h"
#include "support/redirection.h"
#include "support/temporary_folder.h"

namespace sgilo {
namespace {

TEST(InputFile, ReadsExactlyWhatIsAskedOrSaysWhatIsMissing) {
  const TemporaryFolder folder;
  const auto path = folder.put("a", "0123456789");
  const InputFile file(path);
  std::string text(4, ' ');
  file.read_at(3, text.data(), 4);
  EXPECT_EQ(text, "3456");
  EXPECT_EQ(error_text<FormatError>([&] { file.read_at(8, text.data(), 4); }),
            path.string() + ": is truncated: 4 bytes are needed at byte 8, but the file has 10");
}

TEST(InputFile, NoticesAFileThatShrinks) {
  const TemporaryFolder folder;
  const auto path = folder.put("a", "0123456789");
  const InputFile file(path);
  std::filesystem::resize_file(path, 5);
  std::string text(10, ' ');
  EXPECT_EQ(error_text<FormatError>([&] { file.read_at(0, text.data(), 10); }),
            path.string() + ": became shorter while it was read");
}

TEST(InputFile, ReadsStreamsOnceAndGivesTheirBytesAgain) {
  const TemporaryFolder folder;
  folder.put("in", "0123456789");
  const Redirection from_file(STDIN_FILENO, folder / "in", O_RDONLY);
  EXPECT_EQ(read_file("-"), "0123456789");
  const InputFile file("-");
  std::string text(4, ' ');
  file.read_at(3, text.data(), 4);
  EXPECT_EQ(text, "3456");
  EXPECT_EQ(error_text<FormatError>([&] { file.read_at(8, text.data(), 4); }),
            "stdin: is truncated: 4 bytes are needed at byte 8, but the file has 10");
  EXPECT_EQ(read_file("/dev/null"), "");
  folder.put("large", "0123456789");
  const Redirection from_large(STDIN_FILENO, folder / "large", O_RDONLY);
  EXPECT_EQ(error_text<FormatError>([&] { read_file("-", 9); }),
            "stdin: has more than 9 bytes, the most that are accepted");
}

TEST(InputFile, HoldsStreamsToTheLimitOfTheirReader) {
  EXPECT_EQ(error_text<FormatError>([&] { read_file("/dev/zero", 1000); }),
            "/dev/zero: has more than 1000 bytes, the most that are accepted");
}

TEST(InputFile, RefusesFoldersAndLargeFiles) {
  const TemporaryFolder folder;
  EXPECT_EQ(error_text<FormatError>([&] { InputFile file(folder.path()); }),
            folder.path().string() + ": cannot be read: it is a folder");
  const auto path = folder.put("a", "0123456789");
  EXPECT_EQ(read_file(path), "0123456789");
  EXPECT_EQ(error_text<FormatError>([&] { read_file(path, 9); }),
            path.string() + ": has 10 bytes, but at most 9 are accepted");
}

}  // namespace
}  // namespace sgilo
