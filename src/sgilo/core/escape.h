// Text that came from a file or a name, as it may be shown: a terminal obeys control characters, and
// a forged line looks like one of ours.
#pragma once

#include <string>
#include <string_view>

namespace sgilo {

// Control characters, those that reverse or hide text, and bytes that are not UTF-8 become \n, \x1b
// or \u202e; all else stays, backslashes too, so that what is escaped twice is as escaped once.
std::string escaped(std::string_view text);

// Whether escaped() has nothing to do.
bool is_printable(std::string_view text);

}  // namespace sgilo
