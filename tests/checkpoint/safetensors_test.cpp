#include "sgilo/checkpoint/safetensors.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "sgilo/core/error.h"
#include "support/error_text.h"
#include "support/temporary_folder.h"

namespace sgilo {
namespace {

std::string file_bytes(const std::string& header, const std::string& data) {
  const std::uint64_t length = header.size();
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &length, 8);
  return bytes + header + data;
}

// What is said about a file of this header and data, without the file's name.
std::string complaint(const std::string& header, const std::string& data) {
  const TemporaryFolder folder;
  const auto path = folder.put("bad.safetensors", file_bytes(header, data));
  const std::string text = error_text<FormatError>([&] { read_safetensors(path); });
  const std::string prefix = path.string() + ": ";
  EXPECT_TRUE(text.starts_with(prefix)) << text;
  return text.substr(std::min(prefix.size(), text.size()));
}

std::string complaint_of_bytes(const std::string& bytes) {
  const TemporaryFolder folder;
  const auto path = folder.put("bad.safetensors", bytes);
  return error_text<FormatError>([&] { read_safetensors(path); }).substr(path.string().size() + 2);
}

void expect_same(const Tensor& found, const Tensor& expected) {
  EXPECT_EQ(found.scalar_type(), expected.scalar_type());
  EXPECT_EQ(found.sizes(), expected.sizes());
  EXPECT_TRUE(torch::equal(found, expected));
}

TEST(Safetensors, KeepsEveryTypeShapeAndMetadata) {
  const TemporaryFolder folder;
  const auto base = torch::arange(30).reshape({5, 3, 2});
  StateDict state;
  for (const auto type : {torch::kFloat64, torch::kFloat32, torch::kFloat16, torch::kBFloat16,
                          torch::kInt64, torch::kInt32, torch::kInt16, torch::kInt8, torch::kUInt8})
    state[c10::toString(type)] = base.to(type);
  state["bool"] = base.remainder(3) == 0;
  state["scalar"] = torch::tensor(-2.5);
  state["empty"] = torch::zeros({3, 0, 2});
  state["odd bytes"] = torch::arange(7, torch::kUInt8);
  state["transposed"] = torch::arange(6.0F).reshape({2, 3}).t();
  state["G_ema.synthesis.b4.const \"quoted\" \xc3\xa4"] = torch::ones({1});
  const std::map<std::string, std::string> metadata{{"kind", "measurement"}, {"note", "a\nb"}};

  write_safetensors(folder / "all.safetensors", state, metadata);
  const SafetensorsFile file = read_safetensors(folder / "all.safetensors");

  EXPECT_EQ(file.metadata, metadata);
  ASSERT_EQ(file.tensors.size(), state.size());
  for (const auto& [name, tensor] : state) {
    SCOPED_TRACE(name);
    expect_same(file.tensors.at(name), tensor);
  }
}

TEST(Safetensors, KeepsNanAndInfinityBits) {
  const TemporaryFolder folder;
  const auto tensor = torch::tensor({NAN, INFINITY, -INFINITY, -0.0F});
  write_safetensors(folder / "a", {{"x", tensor}});
  const Tensor found = read_safetensors(folder / "a").tensors.at("x");
  EXPECT_TRUE(torch::equal(found.view(torch::kInt32), tensor.view(torch::kInt32)));
}

TEST(Safetensors, AlignsTheDataToEightBytesAndPutsWideTypesFirst) {
  const TemporaryFolder folder;
  write_safetensors(folder / "a", {{"a", torch::arange(3, torch::kUInt8)},
                                   {"b", torch::arange(2, torch::kFloat64)}});
  const std::string bytes = folder.get("a");
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), 8);
  EXPECT_EQ(length % 8, 0U);
  EXPECT_EQ(bytes.size(), 8 + length + 16 + 3);
  EXPECT_NE(bytes.find(R"("data_offsets":[0,16],"dtype":"F64")"), std::string::npos) << bytes;
  EXPECT_NE(bytes.find(R"("data_offsets":[16,19],"dtype":"U8")"), std::string::npos) << bytes;
}

TEST(Safetensors, WritesTheSameBytesForTheSameTensors) {
  const TemporaryFolder folder;
  const StateDict state{{"x", torch::ones({3})}, {"y", torch::zeros({2, 2})}};
  write_safetensors(folder / "a", state);
  write_safetensors(folder / "b", state);
  EXPECT_EQ(folder.get("a"), folder.get("b"));
}

TEST(Safetensors, ReadsAFileWithoutTensors) {
  const TemporaryFolder folder;
  write_safetensors(folder / "a", {});
  EXPECT_TRUE(read_safetensors(folder / "a").tensors.empty());
}

TEST(Safetensors, ReadsAMisalignedHandmadeFile) {
  const TemporaryFolder folder;
  const float value = 1.5F;
  std::string data = "\x07";
  data.append(reinterpret_cast<const char*>(&value), 4);
  const auto path =
      folder.put("a", file_bytes(R"({"u":{"dtype":"U8","shape":[],"data_offsets":[0,1]},)"
                                 R"( "f":{"dtype":"F32","shape":[1],"data_offsets":[1,5]}}  )",
                                 data));
  const StateDict tensors = read_safetensors(path).tensors;
  expect_same(tensors.at("u"), torch::tensor(7, torch::kUInt8));
  expect_same(tensors.at("f"), torch::tensor({1.5F}));
}

TEST(Safetensors, RefusesFilesWhoseHeaderCannotBeThere) {
  EXPECT_EQ(complaint_of_bytes("abc"),
            "is no safetensors file: it has 3 bytes, but the header's length alone takes 8");
  EXPECT_EQ(complaint_of_bytes("\x89PNG\r\n\x1a\n and more"),
            "is no safetensors file: its header would have 727905341920923785 bytes, but at most "
            "100000000 are accepted");
  EXPECT_EQ(complaint_of_bytes(file_bytes("{}", "").substr(0, 9)),
            "is truncated: its header has 2 bytes, but only 1 are left");
}

TEST(Safetensors, RefusesHeadersThatAreNotTheFormatsJson) {
  EXPECT_EQ(complaint("[]", ""), "the header must start with '{'");
  EXPECT_EQ(complaint(R"({"a")", ""), "the header is not JSON (byte 13)");
  EXPECT_EQ(complaint(R"({"a":{"dtype":"U8","shape":[[1]],"data_offsets":[0,1]}})", "x"),
            "the header is nested too deeply");
  EXPECT_EQ(complaint(R"({"__metadata__":{"a":1}})", ""), "__metadata__ 'a' must be a text");
  EXPECT_EQ(complaint(R"({"__metadata__":[]})", ""), "__metadata__ must be an object of texts");
  EXPECT_EQ(complaint(R"({"a":1})", ""),
            "tensor 'a' must be an object of dtype, shape and data_offsets");
  const std::string a = R"("a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]})";
  EXPECT_EQ(complaint("{" + a + "," + a + "}", "x"), "the header names 'a' twice");
}

TEST(Safetensors, SurvivesAHeaderOfManyOpenBrackets) {
  EXPECT_EQ(complaint(R"({"a":)" + std::string(1 << 20, '['), ""),
            "tensor 'a' must be an object of dtype, shape and data_offsets");
  EXPECT_EQ(complaint(R"({"a":{"shape":)" + std::string(1 << 20, '['), ""),
            "the header is nested too deeply");
}

TEST(Safetensors, RefusesWrongEntriesByName) {
  EXPECT_EQ(complaint(R"({"a":{"shape":[1],"data_offsets":[0,1]}})", "x"),
            "tensor 'a' must have a dtype");
  EXPECT_EQ(complaint(R"({"a":{"dtype":"C128","shape":[1],"data_offsets":[0,8]}})", "12345678"),
            "tensor 'a' has the unknown dtype 'C128'; known: F64, F32, F16, BF16, I64, I32, I16, "
            "I8, U8, BOOL, C64");
  EXPECT_EQ(complaint(R"({"a":{"dtype":"U8","data_offsets":[0,1]}})", "x"),
            "tensor 'a' must have a list shape");
  EXPECT_EQ(complaint(R"({"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}})", "x"),
            "tensor 'a' shape must be whole numbers from 0, but holds -1");
  EXPECT_EQ(complaint(R"({"a":{"dtype":"U8","shape":[1.0],"data_offsets":[0,1]}})", "x"),
            "tensor 'a' shape must be whole numbers from 0, but holds 1.0");
  EXPECT_EQ(complaint(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0]}})", "x"),
            "tensor 'a' must have two data_offsets, but has 1");
  EXPECT_EQ(complaint(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}})", "x"),
            "tensor 'a' ends at byte 0, before its start at 1");
  EXPECT_EQ(complaint(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"x":1}})", "x"),
            "tensor 'a' has the unknown key 'x'");
}

TEST(Safetensors, TakesMetadataThatIsNullForNone) {
  const TemporaryFolder folder;
  const auto path = folder.put("a", file_bytes(R"({"__metadata__":null,"a":{"dtype":"U8",)"
                                               R"("shape":[1],"data_offsets":[0,1]}})",
                                               "x"));
  const SafetensorsFile file = read_safetensors(path);
  EXPECT_TRUE(file.metadata.empty());
  EXPECT_EQ(file.tensors.size(), 1U);
  EXPECT_EQ(complaint(R"({"a":null})", ""),
            "tensor 'a' must be an object of dtype, shape and data_offsets");
}

TEST(Safetensors, RefusesNamesThatForgeLinesOnATerminal) {
  const auto named = [](const std::string& name) {
    return complaint(R"({")" + name + R"(":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})", "x");
  };
  const std::string why = "' has a name with a character that controls, hides or reverses text";
  EXPECT_EQ(named(R"(a\n  sha256   0000)"), R"(tensor 'a\n  sha256   0000)" + why);
  EXPECT_EQ(named(R"(\u001b[2J)"), R"(tensor '\x1b[2J)" + why);
  EXPECT_EQ(named("a\xe2\x80\xae"
                  "b"),
            R"(tensor 'a\u202eb)" + why);
  EXPECT_EQ(named(R"(\u0000)"), R"(tensor '\x00)" + why);
  EXPECT_EQ(complaint(R"({"a":{"dtype":"U8\n","shape":[1],"data_offsets":[0,1]}})", "x"),
            R"(tensor 'a' has the unknown dtype 'U8\n'; known: F64, F32, F16, BF16, I64, I32, )"
            "I16, I8, U8, BOOL, C64");
  const TemporaryFolder folder;
  EXPECT_EQ(error_text<ConfigError>([&] {
              write_safetensors(folder / "a", {{"a\nb", torch::ones({1})}});
            }),
            R"(tensor 'a\nb' has a control character in its name, which is not written)");
}

TEST(Safetensors, RefusesNumbersAndTextsThatNoHeaderCanMean) {
  EXPECT_EQ(complaint(R"({"a":{"dtype":"U8","shape":[1e999],"data_offsets":[0,1]}})", "x"),
            "the header holds a number that is too large (byte 41)");
  EXPECT_EQ(complaint(R"({"a":{"dtype":"U8","shape":[36893488147419103232],)"
                      R"("data_offsets":[0,1]}})",
                      "x"),
            "tensor 'a' shape must be whole numbers from 0, but holds 36893488147419103232");
  EXPECT_EQ(complaint("{\"\xff\":{}}", ""), "the header is not JSON (byte 11)");
  EXPECT_EQ(complaint(R"({"\ud800":{}})", ""), "the header is not JSON (byte 17)");
  EXPECT_EQ(complaint(R"({"a":{"dtype":1e999}})", ""),
            "the header holds a number that is too large (byte 27)");
  EXPECT_EQ(
      complaint(R"({"a":{"dtype":"U8","shape":[)" + std::string(200, '1') + "]}}", ""),
      "tensor 'a' shape must be whole numbers from 0, but holds " + std::string(40, '1') + "..");
  std::string axes = "1";
  for (int i = 0; i < 64; ++i) axes += ",1";
  const std::string start = R"({"a":{"dtype":"U8","shape":[)";
  EXPECT_EQ(complaint(start + axes + R"(],"data_offsets":[0,1]}})", "x"),
            "tensor 'a' has 65 axes, but at most 64 are accepted");
  EXPECT_EQ(complaint_of_bytes(std::string(8, '\xff') + "{}"),
            "is no safetensors file: its header would have 18446744073709551615 bytes, but at most "
            "100000000 are accepted");
}

TEST(Safetensors, ReadsAHundredThousandTensorsInLinearTime) {
  // Quadratic time takes minutes; the limit of each test finds that.
  constexpr int kCount = 100'000;
  std::string header = "{";
  for (int i = 0; i < kCount; ++i)
    header += concat(i > 0 ? "," : "", R"("layer.)", i, R"(":{"dtype":"U8","shape":[1],)",
                     R"("data_offsets":[)", i, ",", i + 1, "]}");
  const TemporaryFolder folder;
  const auto path = folder.put("many", file_bytes(header + "}", std::string(kCount, '\7')));
  const SafetensorsFile file = read_safetensors(path);
  ASSERT_EQ(file.tensors.size(), static_cast<std::size_t>(kCount));
  EXPECT_EQ(file.tensors.at("layer.99999").item<int>(), 7);
  std::string metadata = R"({"__metadata__":{)";  // one large object before many small ones
  for (int i = 0; i < kCount; ++i) metadata += concat(i > 0 ? "," : "", R"(")", i, R"(":"")");
  EXPECT_EQ(read_safetensors(folder.put("both", file_bytes(metadata + "}," + header.substr(1) + "}",
                                                           std::string(kCount, '\7'))))
                .metadata.size(),
            static_cast<std::size_t>(kCount));
  std::string empty = "{";
  for (int i = 0; i < kCount; ++i) empty += concat(i > 0 ? "," : "", R"(")", i, R"(":{})");
  EXPECT_EQ(complaint(empty + "}", ""), "tensor '0' must have a dtype");
}

TEST(Safetensors, RefusesSizesThatDoNotFit) {
  EXPECT_EQ(complaint(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", "1234"),
            "tensor 'a' needs 8 bytes for its type and shape, but has 4");
  EXPECT_EQ(complaint(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", "1234"),
            "tensor 'a' ends at byte 8 of the data, but the file has only 4: it is truncated");
  EXPECT_EQ(complaint(R"({"a":{"dtype":"F32","shape":[4294967296,4294967296],)"
                      R"("data_offsets":[0,0]}})",
                      ""),
            "tensor 'a' has a shape whose number of bytes overflows 64 bits");
  EXPECT_EQ(complaint(R"({"a":{"dtype":"F32","shape":[0,4294967296,4294967296],)"
                      R"("data_offsets":[0,0]}})",
                      ""),
            "tensor 'a' has a shape whose number of bytes overflows 64 bits");
  EXPECT_EQ(complaint(R"({"a":{"dtype":"U8","shape":[18446744073709551615],)"
                      R"("data_offsets":[0,18446744073709551615]}})",
                      "x"),
            "tensor 'a' has a shape whose number of bytes overflows 64 bits");
}

TEST(Safetensors, RefusesOverlapsHolesAndTrailingBytes) {
  const std::string a = R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},)";
  EXPECT_EQ(complaint(a + R"("b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}})", "123"),
            "tensor 'b' starts at byte 1 of the data, inside the tensor before it");
  EXPECT_EQ(complaint(a + R"("b":{"dtype":"U8","shape":[2],"data_offsets":[3,5]}})", "12345"),
            "tensor 'b' starts at byte 3 of the data, but byte 2 belongs to no tensor");
  EXPECT_EQ(complaint(R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}})", "123"),
            "1 bytes behind the last tensor belong to none");
}

TEST(Safetensors, RefusesBooleansThatAreNeitherZeroNorOne) {
  EXPECT_EQ(complaint(R"({"a":{"dtype":"BOOL","shape":[2],"data_offsets":[0,2]}})",
                      std::string("\x01\x02", 2)),
            "tensor 'a' is of booleans, but holds bytes other than 0 and 1");
}

TEST(Safetensors, EveryTruncationIsRefused) {
  const TemporaryFolder folder;
  write_safetensors(folder / "a", {{"x", torch::ones({2})}}, {{"k", "v"}});
  const std::string whole = folder.get("a");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto path = folder.put("short", whole.substr(0, size));
    EXPECT_NE(error_text<FormatError>([&] { read_safetensors(path); }), "") << size;
  }
}

TEST(Safetensors, NamesAMissingFile) {
  EXPECT_EQ(error_text<FormatError>([] { read_safetensors("nowhere/x.safetensors"); }),
            "nowhere/x.safetensors: cannot be read: there is no such file or folder");
}

TEST(Safetensors, RefusesToWriteWhatItCannotHoldAndLeavesTheOldFile) {
  const TemporaryFolder folder;
  write_safetensors(folder / "a", {{"x", torch::ones({2})}});
  const std::string before = folder.get("a");
  EXPECT_EQ(error_text<ConfigError>([&] {
              write_safetensors(folder / "a", {{"z", torch::zeros({1}, torch::kComplexDouble)}});
            }),
            "tensor 'z' has type ComplexDouble, but a safetensors file holds F64, F32, F16, BF16, "
            "I64, I32, I16, I8, U8, BOOL, C64");
  EXPECT_EQ(error_text<ConfigError>([&] {
              write_safetensors(folder / "a", {{"z", Tensor()}});
            }),
            "tensor 'z' is undefined");
  EXPECT_EQ(error_text<ConfigError>([&] {
              write_safetensors(folder / "a", {{"__metadata__", torch::ones({1})}});
            }),
            "a safetensors file cannot hold a tensor named '__metadata__'");
  EXPECT_EQ(error_text<ConfigError>([&] {
              write_safetensors(folder / "a", {}, {{"k", "\xff"}});
            }),
            (folder / "a").string() + ": names and metadata must be valid UTF-8");
  EXPECT_EQ(folder.get("a"), before);
  EXPECT_EQ(folder.count(), 1);
}

}  // namespace
}  // namespace sgilo
