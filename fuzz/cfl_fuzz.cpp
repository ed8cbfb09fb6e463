// A header, and a pair of it with numbers behind it.
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "fuzz_checkpoint.h"
#include "sgilo/checkpoint/cfl.h"

namespace {

const std::filesystem::path& folder() {
  static const std::filesystem::path path = [] {
    char name[] = "/dev/shm/sgilo-fuzz-XXXXXX";
    return std::filesystem::path(::mkdtemp(name));
  }();
  return path;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sgilo;
  const std::string header(reinterpret_cast<const char*>(data), size);
  try {
    std::uint64_t numbers = 1;  // as many as the header says, where that is few
    for (const std::int64_t n : read_cfl_header(header, "input"))
      if (__builtin_mul_overflow(numbers, static_cast<std::uint64_t>(n), &numbers) || numbers > 512)
        numbers = 1;
    std::ofstream(folder() / "a.hdr", std::ios::binary) << header;
    std::ofstream(folder() / "a.cfl", std::ios::binary) << std::string(8 * numbers, '\1');
    open_checkpoint(folder() / "a.cfl").state();
  } catch (const FormatError&) {
  }
  return 0;
}
