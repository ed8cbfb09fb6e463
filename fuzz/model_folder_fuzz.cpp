// A model folder one of whose files is the input: the first byte chooses which. What model.json says of the part is made to
// fit, since few changes of a file survive its hash.
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "sgilo/core/error.h"
#include "sgilo/core/parse_json.h"
#include "sgilo/files/input_file.h"
#include "sgilo/files/sha256.h"
#include "sgilo/models/model_folder.h"
#include "support/tiny_model.h"

namespace {

namespace fs = std::filesystem;

constexpr std::array kFiles{"model.json", "generator.safetensors", "coordinates.safetensors",
                            "style_prior.safetensors", "score_1.safetensors"};

const fs::path& sound() {
  static const fs::path path = [] {
    char name[] = "/dev/shm/sgilo-fuzz-XXXXXX";
    return sgilo::write_tiny_model(fs::path(::mkdtemp(name)) / "sound");
  }();
  return path;
}

void write(const fs::path& path, const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sgilo;
  if (size == 0) return 0;
  static const fs::path folder = [] {
    const fs::path path = sound().parent_path() / "model";
    fs::copy(sound(), path);
    return path;
  }();
  const std::string file = kFiles[data[0] % kFiles.size()];
  const std::string content(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::string facts = read_file(sound() / "model.json");
  write(folder / file, content);
  if (file != "model.json") {
    std::string changed = facts;
    const std::string hash = sha256_of_file(sound() / file);
    for (std::size_t at = 0; (at = changed.find(hash, at)) != std::string::npos; at += hash.size())
      changed.replace(at, hash.size(), sha256_of(content));
    write(folder / "model.json", changed);
  }
  try {
    load_model({.model = folder.string()}, {});
  } catch (const Error&) {
  }
  fs::copy_file(sound() / file, folder / file, fs::copy_options::overwrite_existing);
  write(folder / "model.json", facts);
  return 0;
}
