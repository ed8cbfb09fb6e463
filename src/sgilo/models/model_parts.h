// The parts of a model folder: <part>.safetensors, which model.json knows by its SHA-256. A part that
// takes the place of another comes in beside it, as <part>.new.safetensors; model.json is replaced
// next and so says which of the two is meant; then the new one takes the name. Whenever that is cut
// short, the folder is the old model or the new one.
#pragma once

#include <filesystem>
#include <string>

#include "sgilo/core/options_json.h"
#include "sgilo/core/state_dict.h"
#include "sgilo/files/folder.h"

namespace sgilo {

// "generator.safetensors", and "generator.new.safetensors" of one that comes in.
std::string part_file(const std::string& part);
std::string incoming_part_file(const std::string& part);

// The parts that came in, of which model.json (`description`, null without one) says what is meant,
// take their names; the others go.
void settle_parts(const Folder& folder, const Json& description);

// Its tensors in float32. Throws FormatError for a part that is missing, damaged, not finite or not
// what model.json says.
StateDict read_model_part(const std::filesystem::path& folder, const Json& description,
                          const std::string& part);

// What `make` makes of a part's tensors; its errors name the file.
template <class Make>
auto made_of_part(const std::filesystem::path& folder, const Json& description,
                  const std::string& part, Make make) {
  const StateDict tensors = read_model_part(folder, description, part);
  try {
    return make(tensors);
  } catch (const Error& error) {
    throw FormatError(concat((folder / part_file(part)).string(), ": ", error.what()));
  }
}

// Writes the part (floats as fp16 where `half`), proves that it is what was meant, and enters it, with
// its hash and `facts`, into model.json, which is made when missing. Each of both files is replaced
// whole, but not both at once.
void write_model_part(const std::filesystem::path& folder, const std::string& part,
                      const StateDict& tensors, const Json& facts, bool half);

// The entry of a part in model.json, or null.
Json model_part(const std::filesystem::path& folder, const std::string& part);

}  // namespace sgilo
