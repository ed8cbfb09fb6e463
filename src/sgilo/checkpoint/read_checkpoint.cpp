#include "sgilo/checkpoint/read_checkpoint.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "sgilo/checkpoint/cfl.h"
#include "sgilo/checkpoint/npy.h"
#include "sgilo/checkpoint/npz.h"
#include "sgilo/checkpoint/safetensors.h"
#include "sgilo/checkpoint/torch_legacy.h"
#include "sgilo/checkpoint/torch_zip.h"
#include "sgilo/core/error.h"
#include "sgilo/files/file_problem.h"

namespace sgilo {
namespace {

// Files that are often taken for weights, and what to say of them.
struct Impostor {
  std::string_view start, text;
};
constexpr std::array<Impostor, 13> kImpostors{{
    {"version https://git-lfs",
     "is a pointer of Git LFS, not the file itself: fetch it with 'git lfs pull'"},
    {"<!DOCTYPE", "is a web page, not weights: the download failed"},
    {"<!doctype", "is a web page, not weights: the download failed"},
    {"<html", "is a web page, not weights: the download failed"},
    {"<HTML", "is a web page, not weights: the download failed"},
    {"<?xml", "is an XML text, not weights: the download failed"},
    {"\x89HDF", "is an HDF5 file, which is not read"},
    {"\x89PNG", "is a PNG image, not weights"},
    {"\xff\xd8\xff", "is a JPEG image, not weights"},
    {"\x1f\x8b", "is compressed by gzip: decompress it first"},
    {"BZh", "is compressed by bzip2: decompress it first"},
    {"\xfd"
     "7zXZ",
     "is compressed by xz: decompress it first"},
    {"GGUF", "is a GGUF file, which is not read"},
}};

void open_zip(const Bytes& file, const CheckpointOptions& options, Checkpoint& checkpoint) {
  const ZipArchive archive(file, checkpoint.path.string());
  checkpoint.whole = archive.all();
  if (!archive.has_checksums())
    checkpoint.notes.emplace_back(
        "its records have no checksums, so that damage cannot be noticed");
  if (is_torch_zip(archive)) {
    checkpoint.format = is_torch_script(archive) ? "TorchScript" : "PyTorch zip";
    read_torch_zip(archive, options.pickle, checkpoint);
  } else if (is_npz(archive)) {
    checkpoint.format = "npz";
    read_npz(archive, checkpoint);
  } else {
    throw format_error(
        checkpoint.path,
        "is a zip archive without data.pkl (PyTorch) and not of .npy records (.npz)");
  }
}

void open_array(const Bytes& file, Checkpoint& checkpoint) {
  checkpoint.format = "npy";
  read_npy_file(file, checkpoint);
}

// A pickle starts with its protocol, or (protocol 0) with a value that ends in a later STOP.
bool may_be_pickle(std::string_view start) {
  return !start.empty() && (start[0] == '\x80' ||
                            std::string_view("(]})}c").find(start[0]) != std::string_view::npos);
}

void open_pickle(const Bytes& file, const CheckpointOptions& options, Checkpoint& checkpoint) {
  const std::string name = checkpoint.path.string();
  if (is_torch_legacy(file, name)) {
    checkpoint.format = "PyTorch legacy";
    read_torch_legacy(file, options.pickle, checkpoint);
    return;
  }
  ByteReader reader(file, name);
  const PickleDocument document = read_pickle(reader, options.pickle);
  if (!reader.at_end())
    reader.fail(concat(reader.remaining(),
                       " bytes follow the pickle, which is no file of PyTorch's old format"));
  checkpoint.format = "pickle";
  enter_pickle(document, file, nullptr, options.pickle, checkpoint);
}

}  // namespace

Checkpoint open_checkpoint(const Bytes& file, const std::filesystem::path& path,
                           const CheckpointOptions& options) {
  Checkpoint checkpoint;
  checkpoint.path = path;
  std::string start(std::min<std::uint64_t>(file->size(), 64), '\0');
  file->read_at(0, start.data(), start.size());
  if (start.empty()) throw format_error(path, "is empty");
  for (const Impostor& impostor : kImpostors)
    if (start.starts_with(impostor.start)) throw format_error(path, impostor.text);

  if (start.starts_with("PK\x03\x04") || start.starts_with(std::string_view("PK\x05\x06", 4)))
    open_zip(file, options, checkpoint);
  else if (is_npy(start))
    open_array(file, checkpoint);
  else if (is_safetensors(start))
    read_safetensors_entries(file, checkpoint);
  else if (may_be_pickle(start))
    open_pickle(file, options, checkpoint);
  else
    throw format_error(
        path,
        "is of no known format; known: PyTorch (zip, legacy, pickle), NVIDIA network "
        "pickles, safetensors, npy, npz, cfl/hdr");
  require_limits(checkpoint, file->size(), options.limits);
  return checkpoint;
}

std::filesystem::path numbers_file(const std::filesystem::path& path) {
  return is_cfl(path) ? cfl_data(path) : path;
}

Checkpoint open_checkpoint(const std::filesystem::path& path, const CheckpointOptions& options) {
  if (is_cfl(path)) {
    Checkpoint checkpoint;
    checkpoint.path = path;
    read_cfl_entry(path, checkpoint);
    require_limits(checkpoint, checkpoint.tensors.begin()->second.storage->size(), options.limits);
    return checkpoint;
  }
  return open_checkpoint(file_bytes(path), path, options);
}

}  // namespace sgilo
