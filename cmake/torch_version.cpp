// Run when CMake configures: prints libtorch's version, and fails when headers and library are of
// different ones. Patch levels may differ (Debian's 1.13.1 has the headers of 1.13.0).
#include <torch/version.h>

#include <iostream>
#include <string>

namespace at {
std::string show_config();  // of ATen/Version.h, without its costly includes
}

int main() {
  const std::string settings = at::show_config(), key = "TORCH_VERSION=";
  const std::size_t begin = settings.find(key);
  const std::string library =
      begin == std::string::npos
          ? "unknown"
          : settings.substr(begin + key.size(),
                            settings.find(',', begin) - begin - key.size());
  const std::string series =
      std::to_string(TORCH_VERSION_MAJOR) + "." + std::to_string(TORCH_VERSION_MINOR) + ".";
  if (library.rfind(series, 0) != 0) {
    std::cout << "its headers are of version " << TORCH_VERSION << ", but the library is "
              << library;
    return 1;
  }
  std::cout << library;
}
