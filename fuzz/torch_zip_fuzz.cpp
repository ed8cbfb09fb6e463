// Archives as they are, and the input as the pickle of a sound archive: few changes of an archive
// survive its checksums.
#include <cstdlib>
#include <filesystem>

#include "fuzz_checkpoint.h"
#include "sgilo/checkpoint/zip_writer.h"

namespace {

const std::filesystem::path& archive_path() {
  static const std::filesystem::path path = [] {
    char name[] = "/dev/shm/sgilo-fuzz-XXXXXX";
    return std::filesystem::path(::mkdtemp(name)) / "archive.pt";
  }();
  return path;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sgilo;
  fuzz_checkpoint(data, size);
  if (size > 2 && data[0] == 0x80) {
    static const std::string numbers(64, '\1'), version("3\n"), order("little");
    write_zip(archive_path(), {{"a/data.pkl", {{data, size}}},
                               {"a/data/0", {{numbers.data(), 64}}},
                               {"a/data/1", {{numbers.data(), 8}}},
                               {"a/byteorder", {{order.data(), order.size()}}},
                               {"a/version", {{version.data(), version.size()}}}});
    try {
      open_checkpoint(archive_path()).state();
    } catch (const FormatError&) {
    }
  }
  return 0;
}
