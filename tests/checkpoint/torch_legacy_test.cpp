#include "sgilo/checkpoint/torch_legacy.h"

#include <gtest/gtest.h>

#include "sgilo/checkpoint/read_checkpoint.h"
#include "sgilo/core/error.h"
#include "support/error_text.h"
#include "support/torch_files.h"

namespace sgilo {
namespace {

Checkpoint open(const std::string& content) {
  return open_checkpoint(memory_bytes(content, "f.pth"), "f.pth");
}
std::string complaint(const std::string& content) {
  return error_text<FormatError>([&] { open(content).state(); });
}
std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos);
  return text.replace(at, from.size(), to);
}

const std::string& sound() {
  static const std::string content =
      torch_legacy({{"a", torch::arange(4.0F)}, {"b", torch::arange(3)}});
  return content;
}

TEST(TorchLegacy, ReadsEachStorageOnceInTheOrderOfItsKeys) {
  const Tensor base = torch::arange(6.0F).reshape({2, 3});
  const Checkpoint read =
      open(torch_legacy({{"a", base}, {"b", base.t()}, {"c", torch::ones({2}, torch::kBool)}}));
  EXPECT_EQ(read.format, "PyTorch legacy");
  EXPECT_TRUE(torch::equal(read.load("b"), base.t()));
  EXPECT_EQ(read.tensors.at("a").storage, read.tensors.at("b").storage);
}

TEST(TorchLegacy, RefusesOtherMachinesAndVersions) {
  EXPECT_NE(complaint(replaced(sound(), "little_endian\x88", "little_endian\x89"))
                .find("f.pth: the numbers are big-endian, which is not read: save it again with "
                      "PyTorch >= 1.6 (byte "),
            std::string::npos);
  EXPECT_NE(complaint(replaced(sound(), pickle::integer(1001), pickle::integer(1002)))
                .find("the version must be 1001, but is the number 1002"),
            std::string::npos);
}

TEST(TorchLegacy, RefusesStoragesThatAreCutOffOrDoNotAgree) {
  EXPECT_NE(complaint(sound().substr(0, sound().size() - 1))
                .find("storage '1' has 3 numbers of 8 bytes, but 23 bytes are left"),
            std::string::npos);
  const std::string count = pickle::little_endian<std::int64_t>(4) + pickle::little_endian(0.0F);
  const auto counted = [&](std::int64_t other) {
    return replaced(sound(), count, pickle::little_endian(other) + pickle::little_endian(0.0F));
  };
  EXPECT_NE(complaint(counted(3)).find("storage '0' has 3 numbers, but 4 are announced"),
            std::string::npos);
  EXPECT_NE(complaint(counted(-1)).find("storage '0' has -1 numbers of 4 bytes, but "),
            std::string::npos);
}

}  // namespace
}  // namespace sgilo
