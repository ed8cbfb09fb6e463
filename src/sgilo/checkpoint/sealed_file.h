// Safetensors files that the program writes for itself to go on with (states, latents, draws). Each
// carries the SHA-256 of its content and, where it belongs to one run, of what that run is: a changed
// bit and a file of another run are noticed in the file itself, which is replaced as a whole.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "sgilo/checkpoint/safetensors.h"

namespace sgilo {

// SHA-256 over names, types, shapes and bytes of the tensors, and over the metadata.
std::string content_hash(const StateDict& tensors,
                         const std::map<std::string, std::string>& metadata = {});

// As write_safetensors, with the entries "of" (what it belongs to, a hash; may be empty) and "sha256".
void write_sealed(const std::filesystem::path& path, const StateDict& tensors,
                  std::map<std::string, std::string> metadata, const std::string& of = "");

// Throws FormatError for a file of another format or without a seal, one that was changed, and one that
// belongs to something else; `remedy` ends the sentence: "start the run again with --force".
SafetensorsFile read_sealed(const std::filesystem::path& path, const std::string& format,
                            const std::string& of, const std::string& remedy);

}  // namespace sgilo
