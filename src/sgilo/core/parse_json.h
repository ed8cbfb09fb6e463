// The one door through which JSON comes in, from files and from people. What is nested too deeply, too
// long, named twice or no number is refused while it is read, before a structure is built whose copies,
// printing and destruction call themselves.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "sgilo/core/options_json.h"

namespace sgilo {

// What files of this program need at most, with room: options are nested 8 deep, and the manifest of
// 10,000 images holds 200,000 values in 4 MB.
struct JsonLimits {
  int depth = 64;                            // of objects and lists within each other
  std::size_t bytes = std::size_t{1} << 24;  // of the whole text
  std::size_t values = 1'000'000;            // 64 bytes of memory each
  std::size_t text = std::size_t{1} << 14;   // bytes of one text or name
};

// Throws FormatError "<where>: is not JSON at line 3, column 5", the place where reading stopped, and
// for what is beyond the limits, not UTF-8, a number beyond float64 or a name that occurs twice in its
// object.
Json parse_json(std::string_view text, const std::string& where, const JsonLimits& limits = {});

}  // namespace sgilo
