// An operator in the grammar of the command line, made for a small image, applied to it, and
// rebuilt from what a file would keep of it.
#include <cstddef>
#include <cstdint>
#include <string>

#include "sgilo/core/error.h"
#include "sgilo/operators/make_operator.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sgilo;
  const std::string text(reinterpret_cast<const char*>(data), size);
  try {
    const OperatorOptions options = read_operator(parse_operator(text));
    if (text.find_first_of("0123456789eE") == std::string::npos || size < 24) {
      const auto made = make_operator(options, {3, 8, 8}, RandomStreams(1));
      made->apply(torch::ones({1, 3, 8, 8}));
      restore_operator(made->options(), made->state(), {3, 8, 8});
    }
  } catch (const Error&) {
  }
  return 0;
}
