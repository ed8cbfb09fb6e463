// Every image format, recognised by content, with the limits that are shipped.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sgilo/core/error.h"
#include "sgilo/data/image_io.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sgilo;
  try {
    decode_image(std::string_view(reinterpret_cast<const char*>(data), size), "input");
  } catch (const FormatError&) {
  }
  return 0;
}
