#include "sgilo/checkpoint/npy.h"

#include <gtest/gtest.h>

#include <cstring>

#include "sgilo/core/error.h"
#include "support/array_files.h"
#include "support/error_text.h"
#include "support/temporary_folder.h"

namespace sgilo {
namespace {

std::string npy(const std::string& header, const std::string& data, char major = 1) {
  std::string bytes("\x93NUMPY", 6);
  bytes += major;
  bytes += '\0';
  const std::uint32_t length = header.size();
  std::string number(4, '\0');
  std::memcpy(number.data(), &length, 4);
  return bytes + number.substr(0, major == 1 ? 2 : 4) + header + data;
}

template <class T>
std::string bytes_of(std::initializer_list<T> values) {
  return {reinterpret_cast<const char*>(values.begin()), values.size() * sizeof(T)};
}

std::string complaint(const std::string& content) {
  const TemporaryFolder folder;
  const auto path = folder.put("bad.npy", content);
  const std::string text = error_text<FormatError>([&] { read_npy(path); });
  return text.substr(std::min(text.size(), path.string().size() + 2));
}

TEST(Npy, KeepsEveryTypeAndShape) {
  const TemporaryFolder folder;
  const Tensor base = torch::arange(24).reshape({2, 3, 4});
  for (const auto type : {torch::kFloat64, torch::kFloat32, torch::kFloat16, torch::kInt64,
                          torch::kInt32, torch::kInt16, torch::kInt8, torch::kUInt8, torch::kBool})
    for (const Tensor& tensor : {base.to(type), base.to(type).flatten(), base.to(type)[0][1][2],
                                 torch::zeros({0, 5}, type), base.to(type).transpose(0, 2)}) {
      write_npy(folder / "a.npy", tensor);
      const Tensor found = read_npy(folder / "a.npy");
      EXPECT_EQ(found.scalar_type(), tensor.scalar_type());
      EXPECT_EQ(found.sizes(), tensor.sizes());
      EXPECT_TRUE(torch::equal(found, tensor));
    }
}

TEST(Npy, WritesTheHeaderOfNumPy) {
  const TemporaryFolder folder;
  write_npy(folder / "a.npy", torch::zeros({2, 3}));
  const std::string bytes = folder.get("a.npy");
  EXPECT_EQ(bytes.size(), 128U + 24U);
  EXPECT_EQ(bytes.substr(0, 10), std::string("\x93NUMPY\x01\x00\x76\x00", 10));
  EXPECT_EQ(bytes.substr(10, 59), "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }");
  EXPECT_EQ(bytes[127], '\n');
  write_npy(folder / "b.npy", torch::zeros({5}));
  EXPECT_NE(folder.get("b.npy").find("'shape': (5,), }"), std::string::npos);
  write_npy(folder / "c.npy", torch::zeros({}));
  EXPECT_NE(folder.get("c.npy").find("'shape': (), }"), std::string::npos);
}

TEST(Npy, ReadsFortranOrder) {
  const TemporaryFolder folder;
  const auto path = folder.put("f.npy", npy("{'shape': (2, 3), 'fortran_order': True, "
                                            "'descr': '<f4'}\n",
                                            bytes_of<float>({0, 3, 1, 4, 2, 5})));
  const Tensor found = read_npy(path);
  EXPECT_TRUE(found.is_contiguous());
  EXPECT_TRUE(torch::equal(found, torch::arange(6.0F).reshape({2, 3})));
}

TEST(Npy, ReadsVersionTwo) {
  const TemporaryFolder folder;
  const auto path =
      folder.put("v2.npy", npy("{\"descr\": '<i2', 'fortran_order': False, 'shape': (2,)}",
                               bytes_of<std::int16_t>({-7, 300}), 2));
  EXPECT_TRUE(torch::equal(read_npy(path), torch::tensor({-7, 300}, torch::kInt16)));
}

TEST(Npy, RefusesWhatItDoesNotKnowByName) {
  const std::string rest = "', 'fortran_order': False, 'shape': (1,)}";
  EXPECT_EQ(complaint(npy("{'descr': '>f4" + rest, "1234")),
            "is big-endian ('>f4'), but only little-endian arrays are read: save it as '<f4'");
  EXPECT_EQ(complaint(npy("{'descr': '|O" + rest, "1234")),
            "holds Python objects, which are never read");
  EXPECT_EQ(
      complaint(npy("{'descr': '<u8" + rest, "12345678")),
      "holds numbers of type '<u8'; known: <f8, <f4, <f2, <i8, <i4, <i2, |i1, |u1, |b1, <c8, <c16");
  EXPECT_EQ(complaint(npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", "")),
            "holds records of named fields, but a plain array of numbers is needed");
  EXPECT_EQ(complaint("PK\x03\x04 an archive"), "is no .npy file");
  EXPECT_EQ(complaint(""), "is no .npy file");
  EXPECT_EQ(complaint(npy("{}", "", 4)),
            "has version 4.0 of the .npy format; known: 1.0, 2.0, 3.0");
}

TEST(Npy, RefusesDamagedHeaders) {
  EXPECT_EQ(complaint(npy("{'descr': '<f4', 'shape': (1,)}", "1234")),
            "must have descr, fortran_order and shape in its header");
  EXPECT_EQ(complaint(npy("{'descr': '<f4', 'descr': '<f4'}", "1234")),
            "has the key 'descr', unknown or repeated, in its header");
  EXPECT_EQ(complaint(npy("{'descr': '<f4', 'fortran_order': 1}", "")),
            "has a header that cannot be read at its character 34");
  EXPECT_EQ(complaint(npy("{'descr': '|u1', 'fortran_order': False, 'shape': (-1,)}", "")),
            "has a header that cannot be read at its character 51");
  EXPECT_EQ(complaint(npy(concat("{'shape': (", std::string(400, '1'), ",)}"), "")),
            "has a header that cannot be read at its character 11");
  EXPECT_EQ(complaint(npy("{'descr': '<f4', 'fortran_order': False, 'shape': "
                          "(4294967296, 4294967296)}",
                          "")),
            "has a shape whose number of bytes overflows 64 bits");
}

TEST(Npy, RefusesEveryTruncationAndTrailingBytes) {
  const TemporaryFolder folder;
  write_npy(folder / "a.npy", torch::ones({2}));
  const std::string whole = folder.get("a.npy");
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_NE(complaint(whole.substr(0, size)), "") << size;
  EXPECT_EQ(complaint(whole.substr(0, whole.size() - 1)),
            "needs 8 bytes for its type and shape, but has 7: it is truncated");
  EXPECT_EQ(complaint(whole + "x"), "needs 8 bytes for its type and shape, but has 9");
}

TEST(Npy, RefusesBooleansThatAreNeitherZeroNorOne) {
  EXPECT_EQ(complaint(npy("{'descr': '|b1', 'fortran_order': False, 'shape': (1,)}", "\x07")),
            "tensor 'array' is of booleans, but holds bytes other than 0 and 1");
}

TEST(Npy, RefusesToWriteATypeThatItCannotRead) {
  const TemporaryFolder folder;
  EXPECT_EQ(error_text<ConfigError>(
                [&] { write_npy(folder / "a.npy", torch::zeros({1}, torch::kBFloat16)); }),
            (folder / "a.npy").string() +
                ": the tensor has type BFloat16, but a .npy file holds "
                "<f8, <f4, <f2, <i8, <i4, <i2, |i1, |u1, |b1, <c8, <c16");
  EXPECT_EQ(folder.count(), 0);
}

}  // namespace
}  // namespace sgilo
