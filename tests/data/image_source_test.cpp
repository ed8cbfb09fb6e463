#include "sgilo/data/image_source.h"

#include <gtest/gtest.h>

#include "support/temporary_folder.h"

namespace sgilo {
namespace {

TEST(ImageSource, ReadsTheSameFromMemoryAndDisk) {
  std::string bytes(200000, ' ');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i % 251);
  const TemporaryFolder folder;
  const InputFile file(folder.put("a", bytes));
  ImageSource disk(file), memory(bytes, "a");
  for (ImageSource* source : {&disk, &memory}) {
    std::string part(70000, ' ');
    source->seek(100);
    EXPECT_EQ(source->read(part.data(), part.size()), part.size());
    EXPECT_EQ(part, bytes.substr(100, 70000));
    EXPECT_EQ(source->start(3), bytes.substr(0, 3));
    EXPECT_EQ(source->position(), 70100U);
    source->seek(150000);
    EXPECT_EQ(source->read(part.data(), part.size()), 50000U);
    EXPECT_NE(std::string(source->failure().what()).find("is truncated: it ends at byte 200000"),
              std::string::npos);
  }
}

TEST(ImageSource, GivesNoMoreThanItsBudget) {
  const std::string bytes(100, 'x');
  ImageSource source(bytes, "a");
  source.set_budget(10);
  char part[20];
  EXPECT_EQ(source.read(part, sizeof(part)), 10U);
  EXPECT_EQ(source.read(part, sizeof(part)), 0U);
  EXPECT_STREQ(source.failure().what(),
               "a: is damaged: it holds more bytes than its picture can need");
}

}  // namespace
}  // namespace sgilo
