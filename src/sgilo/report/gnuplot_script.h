// A figure as a gnuplot script, which needs no other file: its numbers are in blocks of its own.
#pragma once

#include <string>
#include <string_view>

#include "sgilo/report/figure.h"

namespace sgilo {

// Draws <name>.png and <name>.svg into the folder it is run in.
std::string gnuplot_script(const Figure& figure);

// A text as an expression for gnuplot and the word that says how to read it:
// "'rate of x' noenhanced"; with _ or ^ (see Figure) "'θ_{d}' enhanced".
std::string gnuplot_text(std::string_view text, bool always_enhanced = false);

}  // namespace sgilo
