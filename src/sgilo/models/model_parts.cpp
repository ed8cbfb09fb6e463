#include "sgilo/models/model_parts.h"

#include "sgilo/checkpoint/finite_numbers.h"
#include "sgilo/checkpoint/hashed_file.h"
#include "sgilo/checkpoint/safetensors.h"
#include "sgilo/files/atomic_file.h"
#include "sgilo/files/make_folder.h"
#include "sgilo/files/sha256.h"
#include "sgilo/models/model_description.h"

namespace sgilo {
namespace {

constexpr std::string_view kIncoming = ".new.safetensors";

std::string hash_in(const Json& description, const std::string& part) {
  if (description.is_null() || !description["parts"].contains(part)) return "";
  return description["parts"][part].value("sha256", "");
}

// The file that is meant: one that came in and has not its name yet, else the one of that name.
HashedFile file_of_part(const Folder& folder, const std::string& part, const std::string& sha256) {
  if (const std::string incoming = incoming_part_file(part); folder.holds(incoming))
    if (HashedFile file = read_hashed_safetensors(folder, incoming); file.sha256 == sha256)
      return file;
  const std::string name = part_file(part);
  if (!folder.holds(name))
    throw FormatError(concat((folder.path() / name).string(), ": is missing"));
  return read_hashed_safetensors(folder, name);
}

// Of the bytes that are proved to be what was meant.
std::string hash_of_written(const std::filesystem::path& path, const StateDict& meant) {
  const HashedFile file = read_hashed(path);
  const StateDict written = read_safetensors(file.bytes, path).tensors;
  bool same = written.size() == meant.size();
  for (const auto& [name, tensor] : meant)
    same = same && written.count(name) && written.at(name).equal(tensor.detach().cpu());
  if (!same) throw Error(concat(path.string(), ": was changed while it was written"));
  return file.sha256;
}

}  // namespace

std::string part_file(const std::string& part) { return part + ".safetensors"; }
std::string incoming_part_file(const std::string& part) { return concat(part, kIncoming); }

void settle_parts(const Folder& folder, const Json& description) {
  for (const std::string& name : folder.names()) {
    if (!name.ends_with(kIncoming)) continue;
    const std::string part = name.substr(0, name.size() - kIncoming.size());
    if (sha256_of_file(folder / name) == hash_in(description, part))
      folder.rename(name, folder, part_file(part));
    else
      folder.remove(name);
  }
}

StateDict read_model_part(const std::filesystem::path& folder, const Json& description,
                          const std::string& part) {
  if (!description["parts"].contains(part))
    throw FormatError(concat(description_file(folder).string(), ": part '", part, "' is missing"));
  const std::string recorded = hash_in(description, part);
  const HashedFile file = file_of_part(Folder(folder), part, recorded);
  if (recorded != file.sha256)
    throw FormatError(concat(file.path.string(), ": its SHA-256 must be ", recorded.substr(0, 12),
                             "... as model.json says, but is ", file.sha256.substr(0, 12),
                             "...; it belongs to another model or was changed"));
  StateDict tensors = read_safetensors(file.bytes, file.path).tensors;
  for (auto& [name, tensor] : tensors)
    if (tensor.is_floating_point()) tensor = tensor.to(torch::kFloat32);
  require_finite_numbers(tensors, file.path);
  return tensors;
}

void write_model_part(const std::filesystem::path& folder, const std::string& part,
                      const StateDict& tensors, const Json& facts, bool half) {
  make_folder(folder);
  Json description;
  if (std::filesystem::exists(description_file(folder)))
    description = read_description(folder);
  else
    description = {
        {"format", kModelFormat}, {"name", folder.filename().string()}, {"parts", Json::object()}};
  StateDict stored;
  for (const auto& [name, tensor] : tensors)
    stored[name] = half && tensor.is_floating_point() ? tensor.to(torch::kFloat16) : tensor;
  const auto path = folder / part_file(part);
  require_finite_numbers(stored, path);
  std::map<std::string, std::string> metadata;  // for those who take the file alone
  for (const auto& [name, fact] : facts.items())
    if (fact.is_primitive())
      metadata[name] = fact.is_string() ? fact.get<std::string>() : fact.dump();
  write_safetensors(path, stored, metadata);
  Json entry = {{"sha256", hash_of_written(path, stored)}};
  entry.update(facts);
  description["parts"][part] = entry;
  write_file_atomically(description_file(folder), description.dump(2) + "\n");
}

Json model_part(const std::filesystem::path& folder, const std::string& part) {
  const Json description = read_description(folder);
  return description["parts"].contains(part) ? description["parts"][part] : Json();
}

}  // namespace sgilo
