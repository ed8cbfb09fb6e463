#include "sgilo/data/file_kind.h"

#include <gtest/gtest.h>

#include "sgilo/core/error.h"
#include "support/error_text.h"
#include "support/temporary_folder.h"

namespace sgilo {
namespace {

using namespace std::string_literals;

std::string safetensors(const std::string& header) {
  std::string length(8, '\0');
  length[0] = static_cast<char>(header.size());
  return length + header;
}

TEST(FileKind, IsToldByContentWhateverTheNameSays) {
  const TemporaryFolder folder;
  const auto kind = [&](const std::string& content) {
    return file_kind(folder.put("file.bin", content));
  };
  for (const std::string& image : {"\x89PNG\r\n\x1a\n"s, "\xff\xd8\xff\xe0"s,
                                   "RIFF\1\2\3\4WEBPVP8 "s, "II*\0\x08\0"s, "GIF89a"s,
                                   "\0\0\0\x18"
                                   "ftypheic"s,
                                   "P6\n2 2\n255\n"s, "P3 1 1 255 0 0 0"s})
    EXPECT_EQ(kind(image), FileKind::image) << image;
  EXPECT_EQ(kind(safetensors(R"({"__metadata__":{"format":"sgilo measurement 1"}})")),
            FileKind::measurement);
  EXPECT_EQ(kind(safetensors(R"({"a":{}})")), FileKind::safetensors);
  EXPECT_EQ(kind("\x93NUMPY\1\0"s), FileKind::array);
  EXPECT_EQ(kind("\x80\x02}q\0."s), FileKind::weights);
  EXPECT_EQ(kind("{\"a\": 1}"), FileKind::json);
  EXPECT_EQ(kind("\n<!DOCTYPE HTML><title>404"), FileKind::web_page);
  EXPECT_EQ(kind("version https://git-lfs.github.com/spec/v1\noid sha256:1"),
            FileKind::lfs_pointer);
  EXPECT_EQ(kind("\x1f\x8b\x08\0"s), FileKind::compressed);
  EXPECT_EQ(kind("dear diary"), FileKind::text);
  EXPECT_EQ(kind("# Dimensions\n2 3\n"), FileKind::array);
  EXPECT_EQ(kind("\x89HDF\r\n"s), FileKind::foreign);
  for (const std::string& other : {""s, "\1\2\3"s, "(dp0\nS'a'\np1\n."s, "PK\3\4"s})
    EXPECT_EQ(kind(other), FileKind::unknown) << other;
  EXPECT_EQ(file_kind(folder / "missing"), FileKind::unknown);
  EXPECT_EQ(file_kind("-"), FileKind::unknown);
  EXPECT_EQ(file_kind("/dev/null"), FileKind::unknown);
}

TEST(FileKind, OfAFolderIsToldByItsManifest) {
  const TemporaryFolder folder;
  EXPECT_EQ(file_kind(folder / ""), FileKind::folder);
  folder.put("manifest.json", R"({"format": "sgilo runs 1"})");
  EXPECT_EQ(file_kind(folder / ""), FileKind::run_folder);
  folder.put("model.json", R"({"format": "sgilo model 1"})");
  EXPECT_EQ(file_kind(folder / ""), FileKind::model_folder);
}

TEST(FileKind, AnotherVerbsFileIsRefusedWithTheWayOn) {
  const TemporaryFolder folder;
  const auto refusal = [&](const std::string& name, const std::string& content, FileKind accepted) {
    const auto path = folder.put(name, content);
    const std::string text = error_text<FormatError>(
        [&] { require_kind(path, "solve takes a measurement", {accepted}); });
    EXPECT_TRUE(text.starts_with(path.string() + ": ")) << text;
    return text.substr(text.find(": ") + 2);
  };
  const std::string cat = folder / "cat.png";
  EXPECT_EQ(
      refusal("cat.png", "\x89PNG\r\n\x1a\n", FileKind::measurement),
      "is an image (PNG), but solve takes a measurement; measure it first, for example: sgilo "
      "measure " +
          cat + " -o cat.safetensors");
  EXPECT_EQ(refusal("g.pkl", "\x80\x02}q\1.", FileKind::image),
            "is a pickle, as PyTorch and NVIDIA's programs write weights, but solve takes a "
            "measurement; what is in it says: sgilo info " +
                std::string(folder / "g.pkl"));
  EXPECT_EQ(refusal("notes", "dear diary", FileKind::image),
            "is a text, but solve takes a measurement");
  EXPECT_NO_THROW(require_kind(cat, "", {FileKind::image}));
  EXPECT_NO_THROW(require_kind(folder / "missing", "", {FileKind::image}));
}

}  // namespace
}  // namespace sgilo
