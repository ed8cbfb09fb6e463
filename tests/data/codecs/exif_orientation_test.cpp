#ifdef SGILO_WITH_IMAGES
#include "sgilo/data/codecs/exif_orientation.h"

#include <gtest/gtest.h>

#include "data/sample_images.h"

namespace sgilo {
namespace {

// A directory of one entry, in the order of bytes that `number` writes.
template <class Number>
std::string directory(const std::string& order, const Number& number, int tag, int type,
                      int value) {
  return order + number(42, 2) + number(8, 4) + number(1, 2) + number(tag, 2) + number(type, 2) +
         number(1, 4) + number(value, 2) + number(0, 2) + number(0, 4);
}
std::string big(int tag, int type, int value) {
  return directory("MM", sample::big_endian, tag, type, value);
}
std::string little(int tag, int type, int value) {
  return directory("II", sample::little_endian, tag, type, value);
}

TEST(ExifOrientation, IsReadInBothOrdersOfBytes) {
  for (int orientation = 1; orientation <= 8; ++orientation) {
    EXPECT_EQ(exif_orientation(big(274, 3, orientation)), orientation);
    EXPECT_EQ(exif_orientation(little(274, 3, orientation)), orientation);
  }
}

TEST(ExifOrientation, MayFollowTheNameThatJpegPutsBefore) {
  EXPECT_EQ(exif_orientation(std::string("Exif\0\0", 6) + little(274, 3, 6)), 6);
}

TEST(ExifOrientation, IsFoundBehindOtherEntries) {
  const auto entry = [](int tag, int value) {
    return sample::big_endian(tag, 2) + sample::big_endian(3, 2) + sample::big_endian(1) +
           sample::big_endian(value, 2) + std::string(2, '\0');
  };
  EXPECT_EQ(exif_orientation("MM" + sample::big_endian(42, 2) + sample::big_endian(8) +
                             sample::big_endian(2, 2) + entry(256, 7) + entry(274, 8)),
            8);
}

TEST(ExifOrientation, OfDamagedDataIsAsStored) {
  const std::string sound = big(274, 3, 6);
  for (std::size_t size = 0; size < 20; ++size)  // the value ends at byte 20
    EXPECT_EQ(exif_orientation(sound.substr(0, size)), 1) << size;
  EXPECT_EQ(exif_orientation(big(274, 3, 0)), 1);
  EXPECT_EQ(exif_orientation(big(274, 3, 9)), 1);
  EXPECT_EQ(exif_orientation(big(274, 4, 6)), 1);  // a number of 32 bits
  EXPECT_EQ(exif_orientation(big(275, 3, 6)), 1);  // another tag
  std::string far = sound;
  far.replace(4, 4, "\xff\xff\xff\xff");  // the directory lies beyond the end
  EXPECT_EQ(exif_orientation(far), 1);
  EXPECT_EQ(exif_orientation("XX" + sound.substr(2)), 1);
}

}  // namespace
}  // namespace sgilo
#endif
