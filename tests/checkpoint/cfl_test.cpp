#include "sgilo/checkpoint/cfl.h"

#include <gtest/gtest.h>

#include "sgilo/checkpoint/read_checkpoint.h"
#include "sgilo/core/error.h"
#include "support/array_files.h"
#include "support/error_text.h"
#include "support/temporary_folder.h"

namespace sgilo {
namespace {

TEST(Cfl, PutsTheFirstAxisAdjacent) {
  const TemporaryFolder folder;
  write_cfl(folder / "a", torch::arange(6.0F).reshape({2, 3}));
  EXPECT_EQ(folder.get("a.hdr"), "# Dimensions\n2 3 \n# Creator\ntest\n");
  const std::string bytes = folder.get("a.cfl");
  ASSERT_EQ(bytes.size(), 48U);
  std::vector<float> numbers(12);
  std::memcpy(numbers.data(), bytes.data(), 48);
  EXPECT_EQ(numbers, (std::vector<float>{0, 0, 3, 0, 1, 0, 4, 0, 2, 0, 5, 0}));
  for (const char* name : {"a", "a.cfl", "a.hdr"}) {
    const Tensor read = open_checkpoint(folder / name).load("array");
    EXPECT_EQ(read.scalar_type(), torch::kComplexFloat);
    EXPECT_TRUE(torch::equal(torch::real(read), torch::arange(6.0F).reshape({2, 3})));
  }
}

TEST(Cfl, RefusesHeadersAndDataThatDoNotAgree) {
  const TemporaryFolder folder;
  const auto complaint = [&](std::string_view header, std::size_t bytes) {
    folder.put("a.hdr", header);
    folder.put("a.cfl", std::string(bytes, '\0'));
    return error_text<FormatError>([&] { open_checkpoint(folder / "a.cfl"); })
        .substr(folder.path().string().size() + 1);
  };
  EXPECT_EQ(complaint("# Dimensions\n2 3\n", 40),
            "a.cfl: needs 48 bytes for the dimensions in a.hdr, but has 40");
  EXPECT_EQ(complaint("Dimensions\n2 3\n", 48), "a.hdr: must start with '# Dimensions'");
  EXPECT_EQ(complaint("# Dimensions\n\n", 48), "a.hdr: has no dimensions");
  EXPECT_EQ(complaint("# Dimensions\n2 -3\n", 48),
            "a.hdr: the dimensions must be at most 32 whole numbers from 1");
  EXPECT_EQ(complaint("# Dimensions\n4294967296 4294967296\n", 48),
            "a.hdr: the dimensions' number of bytes overflows 64 bits");
}

TEST(Cfl, FindsThePairOfABaseNameAlsoBesideAFolderOfThatName) {
  const TemporaryFolder folder;
  write_cfl(folder / "maps", torch::ones({2}));
  std::filesystem::create_directory(folder / "maps");
  EXPECT_EQ(open_checkpoint(folder / "maps").load("array").numel(), 2);
  EXPECT_EQ(numbers_file(folder / "maps"), folder / "maps.cfl");
  EXPECT_EQ(numbers_file(folder / "maps.hdr"), folder / "maps.cfl");
  EXPECT_EQ(numbers_file(folder / "other.pt"), folder / "other.pt");
}

}  // namespace
}  // namespace sgilo
