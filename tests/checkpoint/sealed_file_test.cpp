#include "sgilo/checkpoint/sealed_file.h"

#include <gtest/gtest.h>

#include "support/error_text.h"
#include "support/temporary_folder.h"

namespace sgilo {
namespace {

const StateDict kTensors{{"a", torch::arange(4, torch::kFloat32)}, {"b", torch::zeros({0, 2})}};

TEST(SealedFile, GivesBackWhatWasWritten) {
  const TemporaryFolder folder;
  write_sealed(folder / "s", kTensors, {{"format", "f 1"}, {"more", "text"}}, "run");
  const SafetensorsFile file = read_sealed(folder / "s", "f 1", "run", "do");
  EXPECT_TRUE(torch::equal(file.tensors.at("a"), kTensors.at("a")));
  EXPECT_EQ(file.metadata.at("more"), "text");
}

TEST(SealedFile, HashCoversNamesTypesShapesBytesAndMetadata) {
  const std::map<std::string, std::string> metadata{{"format", "f 1"}};
  const std::string hash = content_hash(kTensors, metadata);
  StateDict other = kTensors;
  other["a"] = kTensors.at("a").view({2, 2});
  EXPECT_NE(content_hash(other, metadata), hash);
  other["a"] = kTensors.at("a").view(torch::kInt32);
  EXPECT_NE(content_hash(other, metadata), hash);
  other["a"] = kTensors.at("a") + 1;
  EXPECT_NE(content_hash(other, metadata), hash);
  other.erase("a");
  other["c"] = kTensors.at("a");
  EXPECT_NE(content_hash(other, metadata), hash);
  EXPECT_NE(content_hash(kTensors, {{"format", "f 2"}}), hash);
  EXPECT_EQ(content_hash(kTensors, {{"format", "f 1"}, {"sha256", "x"}}), hash);
}

TEST(SealedFile, RefusesAnotherFormatWhatWasChangedAndWhatBelongsToAnother) {
  const TemporaryFolder folder;
  const std::string path = (folder / "s").string();
  const auto refusal = [&] {
    return error_text<FormatError>([&] { read_sealed(path, "f 1", "run", "do this"); });
  };
  write_sealed(path, kTensors, {{"format", "f 2"}}, "run");
  EXPECT_EQ(refusal(), path + ": must be of the format 'f 1', but is of 'f 2'; do this");
  write_safetensors(path, kTensors);
  EXPECT_EQ(refusal(), path + ": must be of the format 'f 1', but is of none; do this");
  write_sealed(path, kTensors, {{"format", "f 1"}}, "other");
  EXPECT_EQ(refusal(), path +
                           ": belongs to another run: of another measurement, model, seed or "
                           "other options; do this");
  write_sealed(path, kTensors, {{"format", "f 1"}}, "run");
  const SafetensorsFile file = read_safetensors(path);
  write_safetensors(path, {{"a", kTensors.at("a") + 1}, {"b", kTensors.at("b")}}, file.metadata);
  EXPECT_EQ(refusal(), path +
                           ": was changed since it was written, its content is not what its "
                           "SHA-256 says; do this");
}

}  // namespace
}  // namespace sgilo
