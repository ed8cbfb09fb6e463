// Whether bytes are text in UTF-8, which is all that JSON can keep.
#pragma once

#include <string_view>

namespace sgilo {

bool is_utf8(std::string_view text);

}  // namespace sgilo
