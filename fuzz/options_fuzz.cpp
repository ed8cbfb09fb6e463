// JSON of options: the solvers, operators and noises, as a config file names them.
#include <cstddef>
#include <cstdint>
#include <string>

#include "sgilo/core/error.h"
#include "sgilo/core/parse_json.h"
#include "sgilo/workflows/solve.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sgilo;
  try {
    const Json json = parse_json(std::string(reinterpret_cast<const char*>(data), size), "input");
    SolveOptions options;
    from_json(json, options);
    from_json(to_json(options), options);
  } catch (const Error&) {  // the user's file, or the values in it
  }
  return 0;
}
