// Every writer and reader on random tensors, and every reader on damaged files.
#include "sgilo/checkpoint/read_checkpoint.h"

#include <gtest/gtest.h>
#include <torch/csrc/jit/serialization/pickle.h>

#include <functional>

#include "sgilo/checkpoint/cfl.h"
#include "sgilo/checkpoint/npy.h"
#include "sgilo/checkpoint/npz.h"
#include "sgilo/checkpoint/safetensors.h"
#include "sgilo/core/error.h"
#include "support/array_files.h"
#include "support/error_text.h"
#include "support/random_tensors.h"
#include "support/temporary_folder.h"
#include "support/torch_files.h"

namespace sgilo {
namespace {

using Types = std::vector<torch::ScalarType>;
const Types kTypes = {torch::kFloat64,  torch::kFloat32,      torch::kFloat16,
                      torch::kBFloat16, torch::kInt64,        torch::kInt32,
                      torch::kInt16,    torch::kInt8,         torch::kUInt8,
                      torch::kBool,     torch::kComplexFloat, torch::kComplexDouble};

Types without(std::initializer_list<torch::ScalarType> left_out) {
  Types out;
  for (const auto type : kTypes)
    if (std::find(left_out.begin(), left_out.end(), type) == left_out.end()) out.push_back(type);
  return out;
}

struct Format {
  std::string name, prefix;  // prefix: of the tensors' names when read
  Types types;
  std::function<void(const std::filesystem::path&, const StateDict&)> write;
  bool checked;  // every bit of a tensor is under a checksum
};

void put(const std::filesystem::path& path, const std::string& content) {
  std::ofstream(path, std::ios::binary)
      .write(content.data(), static_cast<std::streamsize>(content.size()));
}

// What libtorch itself writes.
void pickle_save(const std::filesystem::path& path, const StateDict& tensors) {
  c10::Dict<std::string, Tensor> dict;
  for (const auto& [name, tensor] : tensors) dict.insert(name, tensor);
  const std::vector<char> content = torch::jit::pickle_save(dict);
  put(path, std::string(content.begin(), content.end()));
}

const std::vector<Format>& formats() {
  static const std::vector<Format> all = {
      {"safetensors", "", without({torch::kComplexDouble}),
       [](const auto& path, const auto& tensors) { write_safetensors(path, tensors); }, false},
      {"npz", "", without({torch::kBFloat16}),
       [](const auto& path, const auto& tensors) { write_npz(path, tensors); }, true},
      {"PyTorch zip", "", kTypes, write_torch_zip, true},
      {"PyTorch zip of libtorch", "", kTypes, pickle_save, true},
      {"PyTorch legacy", "", kTypes,
       [](const auto& path, const auto& tensors) { put(path, torch_legacy(tensors)); }, false},
      {"NVIDIA snapshot", "G_ema.", kTypes,
       [](const auto& path, const auto& tensors) { put(path, nvidia_pickle(tensors)); }, false}};
  return all;
}

TEST(ReadCheckpoint, ReturnsEveryBitOfRandomTensorsFromEveryFormat) {
  const TemporaryFolder folder;
  std::mt19937 random(1);
  for (const Format& format : formats())
    for (int round = 0; round < 40; ++round) {
      const StateDict written = random_state(format.types, random);
      format.write(folder / "file", written);
      const Checkpoint read = open_checkpoint(folder / "file");
      read.verify();
      EXPECT_TRUE(same_bits(read.state(format.prefix), written))
          << format.name << ", round " << round;
      for (const auto& [name, tensor] : written)
        EXPECT_TRUE(same_bits(read.load(format.prefix + name), tensor))
            << format.name << " " << name;
    }
}

TEST(ReadCheckpoint, ReturnsEveryBitOfOneArrayInAFile) {
  const TemporaryFolder folder;
  std::mt19937 random(2);
  for (const auto type : without({torch::kBFloat16}))
    for (int round = 0; round < 10; ++round) {
      const Tensor tensor = random_tensor(type, random);
      write_npy(folder / "a.npy", tensor);
      EXPECT_TRUE(same_bits(open_checkpoint(folder / "a.npy").load("array"), tensor))
          << tensor.sizes();
    }
  for (int round = 0; round < 20; ++round) {
    Tensor tensor = random_tensor(torch::kComplexFloat, random);
    if (tensor.numel() == 0) continue;
    write_cfl(folder / "b", tensor);
    const Tensor read = open_checkpoint(folder / "b.cfl").load("array");
    EXPECT_TRUE(same_bits(read.reshape(tensor.sizes()), tensor)) << tensor.sizes();
  }
}

TEST(ReadCheckpoint, SharesNoMemoryBetweenTensorsOfOneStorage) {
  const TemporaryFolder folder;
  const Tensor base = torch::arange(6.0F).reshape({2, 3});
  write_torch_zip(folder / "a.pt", {{"a", base}, {"b", base.t()}});
  const StateDict read = open_checkpoint(folder / "a.pt").state();
  read.at("a").fill_(7);
  EXPECT_TRUE(torch::equal(read.at("b"), base.t()));
}

// Opens, checks and reads. Only a FormatError may come out; nothing then.
std::optional<StateDict> survivor(const std::filesystem::path& path, const std::string& prefix) {
  try {
    const Checkpoint read = open_checkpoint(path);
    read.verify();
    return read.state(prefix);
  } catch (const FormatError& error) {
    EXPECT_TRUE(std::string(error.what()).starts_with(path.string())) << error.what();
    return std::nullopt;
  }
}

TEST(ReadCheckpoint, FindsEveryFlippedBitThatAChecksumCovers) {
  const TemporaryFolder folder;
  std::mt19937 random(3);
  int found = 0, harmless = 0;
  for (const Format& format : formats())
    for (int file = 0; file < 3; ++file) {
      const StateDict written = random_state(format.types, random);
      format.write(folder / "file", written);
      const std::string sound = folder.get("file");
      for (int flip = 0; flip < 120; ++flip) {
        std::string damaged = sound;
        damaged[random() % damaged.size()] ^= static_cast<char>(1U << (random() % 8));
        const auto read = survivor(folder.put("damaged", damaged), format.prefix);
        if (!format.checked) continue;
        read ? ++harmless : ++found;  // a date in the archive's directory may differ
        EXPECT_TRUE(!read || same_bits(*read, written)) << format.name;
      }
    }
  EXPECT_GT(found, harmless);
}

TEST(ReadCheckpoint, RefusesEveryFileThatIsCutOff) {
  const TemporaryFolder folder;
  std::mt19937 random(4);
  for (const Format& format : formats()) {
    StateDict written = random_state(format.types, random);
    written["z"] = torch::ones({3});  // something lies at the end
    format.write(folder / "file", written);
    const std::string sound = folder.get("file");
    for (int cut = 0; cut < 60; ++cut) {
      const std::size_t length =
          cut < 8 ? sound.size() - 1 - static_cast<std::size_t>(cut) : random() % sound.size();
      EXPECT_FALSE(survivor(folder.put("cut", sound.substr(0, length)), format.prefix))
          << format.name << ", " << length << " of " << sound.size() << " bytes";
    }
  }
}

TEST(ReadCheckpoint, SurvivesFilesOfRandomBytes) {
  const TemporaryFolder folder;
  std::mt19937 random(5);
  for (const std::string start :
       {"", "\x80\x02", "PK\x03\x04", "\x93NUMPY\x01", "(", "\x80\x02\x8a"})
    for (int round = 0; round < 100; ++round) {
      std::string content = start;
      for (std::size_t i = random() % 200; i > 0; --i) content += static_cast<char>(random());
      survivor(folder.put("noise", content), "");
    }
}

TEST(ReadCheckpoint, NamesWhatIsNoFileOfWeights) {
  const TemporaryFolder folder;
  const auto complaint = [&](std::string_view content) {
    const auto path = folder.put("weights.pt", content);
    return error_text<FormatError>([&] { open_checkpoint(path); }).substr(path.string().size() + 2);
  };
  EXPECT_EQ(complaint(""), "is empty");
  EXPECT_EQ(complaint("version https://git-lfs.github.com/spec/v1\n"),
            "is a pointer of Git LFS, not the file itself: fetch it with 'git lfs pull'");
  EXPECT_EQ(complaint("<!DOCTYPE html>"), "is a web page, not weights: the download failed");
  EXPECT_EQ(complaint("\x89PNG\r\n"), "is a PNG image, not weights");
  EXPECT_EQ(complaint("hello"),
            "is of no known format; known: PyTorch (zip, legacy, pickle), NVIDIA network "
            "pickles, safetensors, npy, npz, cfl/hdr");
}

TEST(ReadCheckpoint, KeepsToItsLimits) {
  const TemporaryFolder folder;
  write_torch_zip(folder / "a.pt", {{"a", torch::ones({2})}, {"b", torch::ones({3})}});
  CheckpointOptions options;
  options.limits.tensors = 1;
  EXPECT_EQ(error_text<FormatError>([&] { open_checkpoint(folder / "a.pt", options); }),
            (folder / "a.pt").string() + ": has 2 tensors, but at most 1 are accepted");
  write_torch_zip(folder / "b.pt", {{"a", torch::ones({1}).expand({1 << 26})}});
  EXPECT_NE(error_text<FormatError>([&] {
              open_checkpoint(folder / "b.pt");
            }).find("at most 16 times the file's"),
            std::string::npos);
}

}  // namespace
}  // namespace sgilo
