#include "sgilo/checkpoint/torch_script.h"

#include <gtest/gtest.h>

#include "sgilo/checkpoint/read_checkpoint.h"
#include "sgilo/checkpoint/zip_writer.h"
#include "sgilo/core/error.h"
#include "support/error_text.h"
#include "support/script_file.h"
#include "support/temporary_folder.h"

namespace sgilo {
namespace {

const std::string kDoubling = "def forward(self, x):\n  return self.scale * x\n";

TEST(TorchScript, RunsTheCodeOfATrustedFile) {
  const TemporaryFolder folder;
  write_script(folder / "a.pt", kDoubling);
  const TorchScript script(folder / "a.pt", true);
  EXPECT_TRUE(torch::equal(script.forward(torch::arange(3.0F)), 2 * torch::arange(3.0F)));
  EXPECT_EQ(script.methods(), std::vector<std::string>{"forward(Tensor x) -> Tensor"});
}

TEST(TorchScript, RunsNothingUnasked) {
  const TemporaryFolder folder;
  write_script(folder / "a.pt", kDoubling);
  EXPECT_EQ(error_text<ConfigError>([&] { TorchScript(folder / "a.pt", false); }),
            (folder / "a.pt").string() +
                ": is a module of TorchScript, whose code would run with your rights; state "
                "--trust for a file of your own");
  const Checkpoint read = open_checkpoint(folder / "a.pt");  // reads the tensors alone
  EXPECT_EQ(read.format, "TorchScript");
  EXPECT_EQ(read.load("scale").item<float>(), 2);
}

TEST(TorchScript, SaysInOneLineWhatFails) {
  const TemporaryFolder folder;
  const auto path = folder / "a.pt";
  const std::string none = "no pickle";
  write_zip(path, {{"a/data.pkl", {{none.data(), none.size()}}},
                   {"a/constants.pkl", {{none.data(), none.size()}}}});
  const std::string text = error_text<FormatError>([&] { TorchScript(path, true); });
  EXPECT_TRUE(text.starts_with(path.string() + ": libtorch cannot load it: ")) << text;
  EXPECT_EQ(text.find('\n'), std::string::npos);
  write_script(path, "def forward(self, x):\n  return x.view(7)\n");
  EXPECT_NE(error_text<FormatError>([&] {
              TorchScript(path, true).forward(torch::ones({2, 3}));
            }).find("its forward() fails on a tensor of shape [2, 3]: "),
            std::string::npos);
}

TEST(TorchScript, AFileThatIsNoneIsNamedBeforeTrustIsAskedFor) {
  const TemporaryFolder folder;
  const auto refused = [&](const std::filesystem::path& path) {
    return error_text<FormatError>([&] { TorchScript(path, false); });
  };
  const std::string meant = "but a TorchScript file is meant, as torch.jit.save writes one";
  const auto text = folder.put("a.pt", "no archive");
  EXPECT_EQ(refused(text), text.string() + ": holds no module of TorchScript, " + meant);
  const auto pickle = folder.put("b.pt", "\x80\x02}q\x00.");
  EXPECT_EQ(refused(pickle), pickle.string() + ": holds no module of TorchScript, " + meant);
  EXPECT_EQ(refused(folder / "none"),
            (folder / "none").string() + ": cannot be read: there is no such file or folder");
}

}  // namespace
}  // namespace sgilo
