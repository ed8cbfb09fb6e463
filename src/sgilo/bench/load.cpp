#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "sgilo/bench/networks.h"
#include "sgilo/bench/subjects.h"
#include "sgilo/files/make_folder.h"
#include "sgilo/generator/style_prior.h"
#include "sgilo/machine/stopwatch.h"
#include "sgilo/models/model.h"
#include "sgilo/models/model_parts.h"

namespace sgilo {
namespace {

namespace fs = std::filesystem;

// A model folder with random weights, for as long as it is needed.
class RandomModel {
 public:
  explicit RandomModel(const std::string& preset)
      : folder_(fs::temp_directory_path() / concat("sgilo_bench_", ::getpid(), "_", preset)) {
    const SynthesisOptions synthesis = synthesis_preset(preset);
    const auto generator = random_generator(synthesis, torch::kFloat32, Kernel::automatic);
    make_folder(folder_);
    const StyleGan2& network = generator->network();
    write_model_part(folder_, "generator", state_of(*network), Json::object(), false);
    write_model_part(folder_, "coordinates", generator->coordinates().state(), Json::object(),
                     false);
    write_model_part(folder_, "style_prior",
                     StylePrior::isotropic(synthesis.style_rows(), synthesis.w_dim, 1).state(),
                     Json::object(), false);
  }
  ~RandomModel() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  RandomModel(const RandomModel&) = delete;

  const fs::path& folder() const { return folder_; }

  // Its bytes alone.
  double seconds_to_read() const {
    return seconds_of([&] {
      std::vector<char> bytes;
      for (const auto& file : fs::directory_iterator(folder_)) {
        bytes.resize(static_cast<std::size_t>(fs::file_size(file)));
        std::ifstream(file.path(), std::ios::binary)
            .read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
      }
    });
  }

 private:
  fs::path folder_;
};

}  // namespace

std::vector<BenchVariation> load_variations(const std::string& preset) {
  if (preset != "default" && preset != "config-f")
    throw ConfigError(unknown_name("preset", preset, {"default", "config-f"}));
  const auto model = std::make_shared<RandomModel>(preset);
  return {
      {bench_row(preset), [model] { return model->seconds_to_read(); },
       [model]() -> BenchStep { return [model](auto&) { load_model({model->folder()}, {}); }; }}};
}

}  // namespace sgilo
