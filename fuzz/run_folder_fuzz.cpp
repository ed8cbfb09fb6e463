// A finished run's folder one of whose files is the input: the first byte chooses which. The draws bear no seal, as those of
// earlier versions, since few changes of a file survive its hash.
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "sgilo/checkpoint/safetensors.h"
#include "sgilo/core/error.h"
#include "sgilo/data/image_framing.h"
#include "sgilo/runs/finished_run.h"
#include "sgilo/runs/run_folder.h"

namespace {

namespace fs = std::filesystem;
using namespace sgilo;

const fs::path& folder() {
  static const fs::path path = [] {
    char name[] = "/dev/shm/sgilo-fuzz-XXXXXX";
    return fs::path(::mkdtemp(name));
  }();
  return path;
}

void write(const char* name, const std::string& content) {
  std::ofstream(folder() / name, std::ios::binary) << content;
}

void make_sound() {
  const Tensor image = torch::zeros({1, 3, 4, 4});
  write_safetensors(folder() / kDrawsFile,
                    {{"mean", image}, {"best", image}, {"last", image.unsqueeze(1)}});
  const Json images = {{{"name", "a"}, {"framing", to_json(ImageFraming{})}}};
  write("manifest.json", Json{{"format", kRunFormat},
                              {"status", "finished"},
                              {"observed", false},
                              {"images", images},
                              {"failures", Json::array()}}
                             .dump());
  write("config.json", "{}");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  make_sound();
  constexpr std::array kFiles{"manifest.json", "config.json", kDrawsFile};
  write(kFiles[data[0] % kFiles.size()],
        std::string(reinterpret_cast<const char*>(data) + 1, size - 1));
  try {
    read_finished_run(folder());
  } catch (const Error&) {
  }
  try {
    RunFolder(folder(), RunMode::resume, read_json_file(folder() / "config.json"), {"output"});
  } catch (const Error&) {
  }
  return 0;
}
