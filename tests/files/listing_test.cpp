#include "sgilo/files/listing.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "sgilo/files/descriptor.h"
#include "support/temporary_folder.h"

namespace sgilo {
namespace {

namespace fs = std::filesystem;

Descriptor folder_at(const fs::path& path) {
  return Descriptor(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
}

TEST(Listing, NamesAllInTheOrderOfTheirBytes) {
  const TemporaryFolder folder;
  for (const char* name : {"b", "a", "B", ".hidden", "\xc3\xa4"}) folder.put(name, "");
  fs::create_directory(folder / "c");
  std::vector<std::string> names;
  EXPECT_EQ(list_names(folder_at(folder.path()).get(), names), 0);
  EXPECT_EQ(names, (std::vector<std::string>{".hidden", "B", "a", "b", "c", "\xc3\xa4"}));
}

TEST(Listing, SaysWhatTheSystemRefuses) {
  const TemporaryFolder folder;
  std::vector<std::string> names;
  EXPECT_EQ(list_names(-1, names), EBADF);
  EXPECT_TRUE(names.empty());
}

TEST(Listing, RemovesAFolderWithAllThatItHoldsAndFollowsNoLink) {
  const TemporaryFolder folder, elsewhere;
  elsewhere.put("kept", "of somebody else");
  fs::create_directories(folder / "a/b/c");
  folder.put("a/b/file", "x");
  fs::create_directory_symlink(elsewhere.path(), folder / "a/b/link");
  fs::create_directory_symlink(elsewhere.path(), folder / "link");
  const Descriptor open = folder_at(folder.path());
  EXPECT_EQ(remove_below(open.get(), "a"), 0);
  EXPECT_EQ(remove_below(open.get(), "link"), 0);
  EXPECT_EQ(folder.count(), 0);
  EXPECT_EQ(elsewhere.get("kept"), "of somebody else");
  EXPECT_EQ(remove_below(open.get(), "a"), 0);  // there is none any more
}

}  // namespace
}  // namespace sgilo
