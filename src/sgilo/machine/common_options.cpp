#include "sgilo/machine/common_options.h"

#include <filesystem>

namespace sgilo {

torch::Device device_of(const std::string& word) {
  std::vector<std::string> known{"cpu"};
  const int devices = static_cast<int>(torch::cuda::device_count());
  if (devices > 0) known.push_back("cuda");
  for (int i = 0; i < devices; ++i) known.push_back(concat("cuda:", i));
  for (const std::string& name : known)
    if (word == name) return torch::Device(word);
  throw ConfigError(
      concat("device must be one of ", join(known), " on this machine, but is '", word, "'"));
}

void require_other_file(const std::string& output, const std::vector<std::string>& inputs) {
  for (const std::string& input : inputs) {
    std::error_code neither;
    if (std::filesystem::equivalent(output, input, neither) &&
        !std::filesystem::is_character_file(output, neither))
      throw ConfigError(concat("output must not be an input, but both are ", output));
  }
}

}  // namespace sgilo
