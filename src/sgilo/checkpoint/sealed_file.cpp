#include "sgilo/checkpoint/sealed_file.h"

#include <string_view>

#include "sgilo/core/shape.h"
#include "sgilo/files/file_problem.h"
#include "sgilo/files/sha256.h"

namespace sgilo {
namespace {

constexpr const char* kHash = "sha256";
constexpr const char* kOwner = "of";

std::string value_of(const std::map<std::string, std::string>& metadata, const std::string& key) {
  const auto found = metadata.find(key);
  return found == metadata.end() ? std::string() : found->second;
}

}  // namespace

std::string content_hash(const StateDict& tensors,
                         const std::map<std::string, std::string>& metadata) {
  std::string all;
  for (const auto& [name, value] : metadata)
    if (name != kHash) all += concat(name.size(), ' ', name, ' ', value.size(), ' ', value, '\n');
  for (const auto& [name, tensor] : tensors) {
    const Tensor values = tensor.detach().cpu().contiguous();
    const std::string_view bytes(static_cast<const char*>(values.data_ptr()), values.nbytes());
    all += concat(name.size(), ' ', name, ' ', toString(values.scalar_type()), ' ',
                  shape_text(values.sizes()), ' ', sha256_of(bytes), '\n');
  }
  return sha256_of(all);
}

void write_sealed(const std::filesystem::path& path, const StateDict& tensors,
                  std::map<std::string, std::string> metadata, const std::string& of) {
  metadata[kOwner] = of;
  metadata[kHash] = content_hash(tensors, metadata);
  write_safetensors(path, tensors, metadata);
}

SafetensorsFile read_sealed(const std::filesystem::path& path, const std::string& format,
                            const std::string& of, const std::string& remedy) {
  SafetensorsFile file = read_safetensors(path);
  const auto refuse = [&](std::string_view why) {
    throw format_error(path, concat(why, "; ", remedy));
  };
  const std::string found = value_of(file.metadata, "format");
  if (found != format)
    refuse(concat("must be of the format '", format, "', but is of ",
                  found.empty() ? "none" : concat("'", found, "'")));
  if (value_of(file.metadata, kHash) != content_hash(file.tensors, file.metadata))
    refuse("was changed since it was written, its content is not what its SHA-256 says");
  if (value_of(file.metadata, kOwner) != of)
    refuse("belongs to another run: of another measurement, model, seed or other options");
  return file;
}

}  // namespace sgilo
