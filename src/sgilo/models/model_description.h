// model.json of a model folder, which names the model and its parts: read whole and checked, so that
// what reads it finds every entry of the type that it should have.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "sgilo/core/error.h"
#include "sgilo/core/options_json.h"

namespace sgilo {

// "format" in model.json.
inline constexpr const char* kModelFormat = "sgilo model 1";

std::filesystem::path description_file(const std::filesystem::path& folder);

// The folder as it is, or where it lies: a relative one that is not below the working folder is
// looked for above the program too, so that the model of the source tree is found from everywhere.
std::filesystem::path located_model(const std::filesystem::path& folder);

// Throws FormatError for a folder that is none of a model and for entries of another type.
Json read_description(const std::filesystem::path& folder);

// "parts.generator.sha256 must be a text, but is 5", behind the file's name.
FormatError wrong_entry(const std::filesystem::path& folder, const std::string& field,
                        std::string_view accepted, const Json& found);

// SHA-256 over those of all parts.
std::string hash_of_description(const Json& description);

}  // namespace sgilo
