#include <cstddef>
#include <cstdint>
#include <string>

#include "sgilo/core/error.h"
#include "sgilo/runs/measurement.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sgilo;
  try {
    const Measurement measurement = read_measurement(
        memory_bytes(std::string(reinterpret_cast<const char*>(data), size), "input"), "input");
    measurement.forward_operator->describe();
  } catch (const FormatError&) {
  }
  return 0;
}
