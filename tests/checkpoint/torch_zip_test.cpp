#include "sgilo/checkpoint/torch_zip.h"

#include <gtest/gtest.h>

#include "sgilo/checkpoint/read_checkpoint.h"
#include "sgilo/core/error.h"
#include "support/error_text.h"
#include "support/temporary_folder.h"
#include "support/torch_files.h"

namespace sgilo {
namespace {

std::string archive(std::vector<std::pair<std::string, std::string>> records) {
  const TemporaryFolder folder;
  std::vector<ZipRecord> out;
  for (const auto& [name, content] : records)
    out.push_back({name, {{content.data(), content.size()}}});
  write_zip(folder / "a", out);
  return folder.get("a");
}
Checkpoint open(const std::string& content) {
  return open_checkpoint(memory_bytes(content, "f.pt"), "f.pt");
}
std::string complaint(const std::string& content) {
  return error_text<FormatError>([&] { open(content); });
}

TEST(TorchZip, TakesTheFolderOfTheFirstRecord) {
  const std::string object = pickle::whole(pickle::dict({{pickle::text("lr"), pickle::real(2)}}));
  const Checkpoint read =
      open(archive({{"my_model/data.pkl", object}, {"my_model/version", "3\n"}}));
  EXPECT_EQ(read.format, "PyTorch zip");
  EXPECT_EQ(read.values.at("lr"), 2.0);
}

TEST(TorchZip, NamesAModuleOfTorchScript) {
  const std::string object = pickle::whole(pickle::dict({}));
  EXPECT_EQ(open(archive({{"m/data.pkl", object}, {"m/code/__torch__.py", "..."}})).format,
            "TorchScript");
  EXPECT_EQ(open(archive({{"m/data.pkl", object}, {"m/constants.pkl", object}})).format,
            "TorchScript");
}

TEST(TorchZip, RefusesBigEndianNumbersAndOtherArchives) {
  const std::string object = pickle::whole(pickle::none());
  EXPECT_EQ(complaint(archive({{"m/data.pkl", object}, {"m/byteorder", "big"}})),
            "f.pt: has the byte order 'big', but only 'little' is read");
  EXPECT_EQ(complaint(archive({{"word/document.xml", "<xml/>"}})),
            "f.pt: is a zip archive without data.pkl (PyTorch) and not of .npy records (.npz)");
}

TEST(TorchZip, RefusesAStorageWithoutItsRecord) {
  const StateDict tensors = {{"w", torch::ones({2})}};
  const TorchStorages storages(tensors);
  EXPECT_EQ(complaint(archive({{"m/data.pkl", torch_pickle(tensors, storages, false)}})),
            "f.pt: record 'm/data/0' is missing");
}

}  // namespace
}  // namespace sgilo
