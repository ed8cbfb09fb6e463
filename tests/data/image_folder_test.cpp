#include "sgilo/data/image_folder.h"

#include <gtest/gtest.h>

#include "sgilo/core/error.h"
#include "support/error_text.h"
#include "support/temporary_folder.h"

namespace sgilo {
namespace {

TEST(ImageFolder, ListsTheImagesOfAFolderSortedByName) {
  const TemporaryFolder folder;
  for (const char* name : {"b.PNG", "a.jpeg", "c.tiff", "notes.txt", ".hidden.png", "d.webp"})
    folder.put(name, "");
  std::filesystem::create_directory(folder / "folder.png");
  const std::vector<std::filesystem::path> expected{folder / "a.jpeg", folder / "b.PNG",
                                                    folder / "c.tiff", folder / "d.webp"};
  EXPECT_EQ(image_files({folder.path()}), expected);
}

TEST(ImageFolder, KeepsTheOrderOfGivenFiles) {
  const TemporaryFolder folder;
  const auto z = folder.put("z.png", "");
  const auto a = folder.put("a.dat", "");
  EXPECT_EQ(image_files({z, a}), (std::vector<std::filesystem::path>{z, a}));
}

TEST(ImageFolder, NamesWhatIsMissing) {
  const TemporaryFolder folder;
  EXPECT_EQ(error_text<FormatError>([&] { image_files({folder.path()}); }),
            folder.path().string() + ": holds no image (.png, .jpg, .jpeg, .webp, .tif, .tiff)");
  EXPECT_EQ(error_text<FormatError>([&] { image_files({folder / "no"}); }),
            (folder / "no").string() + ": cannot be read: there is no such file or folder");
}

}  // namespace
}  // namespace sgilo
