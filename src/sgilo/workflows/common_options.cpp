#include "sgilo/workflows/common_options.h"

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

}  // namespace sgilo
