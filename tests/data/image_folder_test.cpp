#include "sgilo/data/image_folder.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "sgilo/core/error.h"
#include "support/error_text.h"
#include "support/temporary_folder.h"

namespace sgilo {
namespace {

using Paths = std::vector<std::filesystem::path>;

struct Recorder : Observer {
  void on_warning(std::string_view text) override { warnings.emplace_back(text); }
  void on_message(std::string_view text) override { messages.emplace_back(text); }
  std::vector<std::string> warnings, messages;
};

const std::string kPng = "\x89PNG\r\n\x1a\n", kJpeg = "\xff\xd8\xff\xe0";
const std::string kTiff("II*\0", 4), kWebp("RIFF\0\0\0\0WEBPVP8 ", 16);

TEST(ImageFolder, ListsTheImagesOfAFolderByContentSortedByName) {
  const TemporaryFolder folder;
  folder.put("b.PNG", kPng);
  folder.put("a.jfif", kJpeg);
  folder.put("c", kTiff);
  folder.put("d.jpe", kWebp);
  folder.put(".hidden.png", kPng);
  std::filesystem::create_directory(folder / "folder.png");
  Recorder observer;
  const Paths expected{folder / "a.jfif", folder / "b.PNG", folder / "c", folder / "d.jpe"};
  EXPECT_EQ(image_files({folder.path()}, observer), expected);
  EXPECT_TRUE(observer.warnings.empty());
  EXPECT_EQ(observer.messages,
            std::vector<std::string>{folder.path().string() +
                                     ": passed over 1 that are no images: folder.png is a folder"});
}

TEST(ImageFolder, CountsWhatIsNoFileAndSaysWhy) {
  const TemporaryFolder folder;
  folder.put("a.png", kPng);
  std::filesystem::create_directory(folder / "more");
  std::filesystem::create_symlink("nowhere", folder / "gone");
  std::filesystem::create_symlink("nowhere", folder / "gone.png");
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  Recorder observer;
  const std::string place = folder.path().string() + ": ";
  EXPECT_EQ(image_files({folder.path()}, observer), Paths{folder / "a.png"});
  EXPECT_EQ(observer.messages,
            std::vector<std::string>{
                place + "passed over 3 that are no images: gone is a link that leads nowhere, more "
                        "is a folder, pipe is no regular file"});
  EXPECT_EQ(observer.warnings,
            std::vector<std::string>{
                place + "1 file(s) cannot be read as images: gone.png is a link that leads "
                        "nowhere; PNG, JPEG, WebP and TIFF are accepted"});
  std::filesystem::remove(folder / "a.png");
  std::filesystem::remove(folder / "gone.png");
  EXPECT_EQ(error_text<FormatError>([&] { image_files({folder.path()}, observer); }),
            place +
                "holds no PNG, JPEG, WebP or TIFF image; passed over 3 that are no images: "
                "gone is a link that leads nowhere, more is a folder, pipe is no regular file");
}

TEST(ImageFolder, LeavesOutDamagedImagesOfAFolderWithAWarningUnlessStrict) {
  const TemporaryFolder folder;
  const std::string png = encode_png(torch::zeros({3, 8, 8}));
  const Paths all{folder.path()};
  const auto sound = folder.put("a.png", png), cut = folder.put("b.png", png.substr(0, 60));
  Recorder observer;
  EXPECT_EQ(sound_image_files(all, observer, false), Paths{sound});
  const std::string damaged = cut.string() +
                              ": is truncated: it ends at byte 60, before the end "
                              "of the picture";
  EXPECT_EQ(observer.warnings, std::vector<std::string>{damaged + "; it is left out"});
  EXPECT_EQ(error_text<FormatError>([&] { sound_image_files(all, observer, true); }), damaged);
  EXPECT_EQ(error_text<FormatError>([&] { read_listed(cut, {cut}, observer, false); }), damaged);
  std::filesystem::remove(sound);
  EXPECT_EQ(error_text<FormatError>([&] { sound_image_files(all, observer, false); }),
            folder.path().string() + ": holds no sound image");
}

TEST(ImageFolder, KeepsTheOrderOfGivenFiles) {
  const TemporaryFolder folder;
  const auto z = folder.put("z.png", "");
  const auto a = folder.put("a.dat", "");
  Recorder observer;
  EXPECT_EQ(image_files({z, a}, observer), (Paths{z, a}));
}

TEST(ImageFolder, WarnsOfImagesThatCannotBeReadAndRefusesThemWhenStrict) {
  const TemporaryFolder folder;
  folder.put("a.png", kPng);
  folder.put("b.bmp", std::string("BM\x46\0\0\0\0\0\0\0", 10));
  folder.put("c.heic", std::string("\0\0\0\x18"
                                   "ftypheic",
                                   12));
  folder.put("d.png", "");
  folder.put("e.jpg", "a page that was not found");
  folder.put("notes.txt", "text");
  const std::string said =
      folder.path().string() +
      ": 4 file(s) cannot be read as images: b.bmp is a BMP image, c.heic is a HEIC image, d.png "
      "is "
      "empty, e.jpg is no PNG, JPEG, WebP or TIFF image; PNG, JPEG, WebP and TIFF are accepted";
  Recorder observer;
  EXPECT_EQ(image_files({folder.path()}, observer), Paths{folder / "a.png"});
  EXPECT_EQ(observer.warnings, std::vector<std::string>{said});
  EXPECT_EQ(observer.messages,
            std::vector<std::string>{folder.path().string() +
                                     ": passed over 1 that are no images: notes.txt"});
  EXPECT_EQ(error_text<FormatError>([&] { image_files({folder.path()}, observer, true); }), said);
}

TEST(ImageFolder, NamesTheFirstOfMany) {
  const TemporaryFolder folder;
  folder.put("a.png", kPng);
  for (const char letter : std::string("bcdefghi")) folder.put(std::string(1, letter) + ".txt", "");
  Recorder observer;
  image_files({folder.path()}, observer);
  EXPECT_EQ(observer.messages,
            std::vector<std::string>{folder.path().string() +
                                     ": passed over 8 that are no images: b.txt, c.txt, "
                                     "d.txt, e.txt, f.txt and 3 more"});
}

TEST(ImageFolder, NamesWhatIsMissing) {
  const TemporaryFolder folder;
  Recorder observer;
  EXPECT_EQ(error_text<FormatError>([&] { image_files({folder.path()}, observer); }),
            folder.path().string() + ": holds no PNG, JPEG, WebP or TIFF image");
  EXPECT_EQ(error_text<FormatError>([&] { image_files({folder / "no"}, observer); }),
            (folder / "no").string() + ": cannot be read: there is no such file or folder");
}

}  // namespace
}  // namespace sgilo
