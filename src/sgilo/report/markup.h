// Text inside HTML and SVG.
#pragma once

#include <string>
#include <string_view>

namespace sgilo {

// Replaces & < > " ' by entities, and control characters that XML forbids by a space.
std::string escape_markup(std::string_view text);

std::string base64(std::string_view bytes);

}  // namespace sgilo
