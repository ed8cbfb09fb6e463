// model.json of a model folder: what the model is called, and its parts, each with the SHA-256 of its
// file and what else it is known by. Every entry that is read later is checked when the file is read.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "sgilo/core/options_json.h"

namespace sgilo {

inline constexpr const char* kModelFormat = "sgilo model 1";

std::filesystem::path description_file(const std::filesystem::path& folder);

// The folder as it is, or where it lies: a relative one that is not below the working folder is
// looked for above the program too, so that the model of the source tree is found from everywhere.
std::filesystem::path located_model(const std::filesystem::path& folder);

// SHA-256 over those of all parts.
std::string hash_of_description(const Json& description);

// Throws FormatError for what is no model folder, and for an entry that is not what it must be.
Json read_description(const std::filesystem::path& folder);

// "<folder>/model.json: "parts.generator.sha256" must be a text, but is 5"
FormatError wrong_entry(const std::filesystem::path& folder, const std::string& field,
                        std::string_view accepted, const Json& found);

// The options of a part's network. Throws FormatError.
template <Options O>
O options_of_part(const std::filesystem::path& folder, const Json& description,
                  const std::string& part) {
  O options;
  try {
    from_json(description["parts"][part].value("options", Json::object()), options,
              concat("parts.", part, ".options."));
  } catch (const ConfigError& error) {
    throw FormatError(concat(description_file(folder).string(), ": ", error.what()));
  }
  return options;
}

}  // namespace sgilo
