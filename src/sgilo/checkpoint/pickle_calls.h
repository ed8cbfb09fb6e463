// The functions whose calls may stand in a pickle. None is ever called: some are emulated, the
// others are records of what they would have made. A call of any other function is refused.
#pragma once

#include <string_view>

namespace sgilo {

bool may_be_called(std::string_view name);

// Whether the call makes a number, a text, a date or the like, in which no tensor can be.
bool makes_plain_value(std::string_view name);

}  // namespace sgilo
