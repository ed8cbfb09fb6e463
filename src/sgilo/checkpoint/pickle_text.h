// Texts and whole numbers as pickles write them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sgilo {

// Bytes as Latin-1 characters, in UTF-8.
std::string from_latin1(std::string_view bytes);

// The bytes that from_latin1 made into characters; nothing where one is beyond U+00FF.
std::optional<std::string> to_latin1(std::string_view utf8);

// Characters of a text in UTF-8.
std::size_t characters_of(std::string_view utf8);

// A character up to U+10FFFF, in UTF-8.
void append_code_point(std::string& out, std::uint32_t c);

// Little-endian two's complement of at most 64 bytes as decimal digits.
std::string decimal(std::string_view little_endian);

}  // namespace sgilo
