// What a file plainly is, by its first bytes (a folder: by its manifest), whatever its name says,
// and which verb takes it: so that a file of another verb's kind is refused with the way on.
#pragma once

#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>

#include "sgilo/data/file_signature.h"

namespace sgilo {

FileKind file_kind(const std::filesystem::path& path);

// Throws FormatError where the path is plainly of another kind than the `accepted` ones; `taker`
// says what they are for: "cat.png: is an image (PNG), but solve takes a measurement; measure it
// first, for example: sgilo measure cat.png -o cat.safetensors". Paths of unknown kind pass.
void require_kind(const std::filesystem::path& path, std::string_view taker,
                  std::initializer_list<FileKind> accepted);

// For readers of weights and arrays in any format.
void require_weights_file(const std::filesystem::path& path, std::string_view taker);

}  // namespace sgilo
