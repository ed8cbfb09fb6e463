// Files of generators as the field writes them, for tests: a network snapshot of NVIDIA with
// modules within modules and their attributes, and a checkpoint of rosinality with its training
// state.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "sgilo/core/error.h"
#include "support/rosinality_names.h"
#include "support/torch_files.h"

namespace sgilo {

// A network of a snapshot: its tensors, and pickled attributes under dotted names.
struct SnapshotNetwork {
  StateDict tensors;
  std::map<std::string, std::string> attributes;  // "synthesis.b4.conv1.conv_clamp": real(256)
};

// A dictionary as NVIDIA's programs keep arguments.
inline std::string easy_dict(const std::vector<std::pair<std::string, std::string>>& entries) {
  std::string out = pickle::global("dnnlib.util", "EasyDict") + ")\x81(";
  for (const auto& [key, value] : entries) out += pickle::text(key) + value;
  return out + "u";
}

// A tensor whose storage is the bytes of an old stream: torch.storage._load_from_bytes(b"...").
inline std::string tensor_with_bytes(const Tensor& tensor) {
  const TorchStorages storages({{"tensor", tensor}});
  const auto& storage = storages.of(tensor);
  const std::string stream = torch_legacy_stream(
      pickle::whole(pickle::persistent(pickle::tuple(
          {pickle::text("storage"), pickle::global("torch", storage.type),
           pickle::text(storage.key), pickle::text("cpu"),
           pickle::integer(static_cast<std::int64_t>(storage.count)), pickle::none()}))),
      storages.all());
  return torch_tensor(tensor, pickle::call(pickle::global("torch.storage", "_load_from_bytes"),
                                           {pickle::bytes(stream)}));
}

// Parameters, buffers, attributes and modules, each under its own name.
struct SnapshotModule {
  std::vector<std::pair<std::string, std::string>> parameters, buffers, attributes;
  std::map<std::string, SnapshotModule> modules;

  // The module of "a.b.name", made when missing, and "name".
  std::pair<SnapshotModule*, std::string> place(const std::string& dotted) {
    const std::size_t dot = dotted.find('.');
    if (dot == std::string::npos) return {this, dotted};
    return modules[dotted.substr(0, dot)].place(dotted.substr(dot + 1));
  }
  // An object of persistent code.
  std::string pickled(const std::string& class_name) const {
    std::vector<std::pair<std::string, std::string>> children;
    for (const auto& [name, module] : modules)
      children.emplace_back(pickle::text(name), module.pickled("Layer"));
    std::vector<std::pair<std::string, std::string>> state{
        {pickle::text("training"), pickle::boolean(false)},
        {pickle::text("_parameters"), pickle::dict(parameters)},
        {pickle::text("_buffers"), pickle::dict(buffers)},
        {pickle::text("_modules"), pickle::dict(children)}};
    state.insert(state.end(), attributes.begin(), attributes.end());
    return pickle::call(
        pickle::global("torch_utils.persistence", "_reconstruct_persistent_obj"),
        {pickle::dict({{pickle::text("type"), pickle::text("class")},
                       {pickle::text("version"), pickle::integer(6)},
                       {pickle::text("module_src"), pickle::text("raise SystemExit\n")},
                       {pickle::text("class_name"), pickle::text(class_name)},
                       {pickle::text("state"), pickle::dict(state)}})});
  }
};

// {"training_set_kwargs": None, "G": ..., "G_ema": ..., "augment_pipe": None}
inline std::string nvidia_snapshot(const std::map<std::string, SnapshotNetwork>& networks) {
  std::vector<std::pair<std::string, std::string>> entries{
      {pickle::text("training_set_kwargs"), pickle::none()}};
  for (const auto& [key, network] : networks) {
    SnapshotModule root;
    for (const auto& [dotted, tensor] : network.tensors) {
      const auto [module, name] = root.place(dotted);
      const bool buffer = name == "w_avg" || name == "noise_const" || name == "resample_filter";
      (buffer ? module->buffers : module->parameters)
          .emplace_back(pickle::text(name), tensor_with_bytes(tensor));
    }
    for (const auto& [dotted, value] : network.attributes) {
      const auto [module, name] = root.place(dotted);
      module->attributes.emplace_back(pickle::text(name), value);
    }
    entries.emplace_back(pickle::text(key), root.pickled("Generator"));
  }
  entries.emplace_back(pickle::text("augment_pipe"), pickle::none());
  return pickle::whole(pickle::dict(entries), 3);
}

// A tensor whose storage is a record of an archive.
inline std::string tensor_in_archive(const Tensor& tensor, const TorchStorages& storages) {
  const TorchStorages::Storage& storage = storages.of(tensor);
  return torch_tensor(tensor, pickle::persistent(pickle::tuple(
                                  {pickle::text("storage"), pickle::global("torch", storage.type),
                                   pickle::text(storage.key), pickle::text("cuda:0"),
                                   pickle::integer(static_cast<std::int64_t>(storage.count))})));
}

// What torch.save makes of any object.
inline void write_torch_archive(const std::filesystem::path& path, const std::string& object,
                                const TorchStorages& storages) {
  const std::string content = pickle::whole(object), version = "3\n";
  std::vector<ZipRecord> records{{"model/data.pkl", {{content.data(), content.size()}}}};
  for (const auto& storage : storages.all())
    records.push_back({concat("model/data/", storage.key), {{storage.data, storage.bytes}}});
  records.push_back({"model/version", {{version.data(), version.size()}}});
  write_zip(path, records);
}

// {"g_ema": {...}, "args": Namespace, "ada_aug_p": 0.25} as a zip archive, and "latent_avg" where
// it is defined.
inline void write_rosinality_zip(const std::filesystem::path& path, const StateDict& g_ema,
                                 const Tensor& latent_avg) {
  StateDict all = with_prefix(g_ema, "g_ema.");
  if (latent_avg.defined()) all["latent_avg"] = latent_avg;
  const TorchStorages storages(all);
  std::vector<std::pair<std::string, std::string>> tensors;
  for (const auto& [name, tensor] : g_ema)
    tensors.emplace_back(pickle::text(name), tensor_in_archive(tensor, storages));
  std::vector<std::pair<std::string, std::string>> entries{
      {pickle::text("g_ema"), pickle::dict(tensors)},
      {pickle::text("args"),
       pickle::object(pickle::global("argparse", "Namespace"),
                      pickle::dict({{pickle::text("lr"), pickle::real(0.002)}}))},
      {pickle::text("ada_aug_p"), pickle::real(0.25)}};
  if (latent_avg.defined())
    entries.emplace_back(pickle::text("latent_avg"), tensor_in_archive(latent_avg, storages));
  write_torch_archive(path, pickle::dict(entries), storages);
}

}  // namespace sgilo
