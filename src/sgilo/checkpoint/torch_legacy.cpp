#include "sgilo/checkpoint/torch_legacy.h"

#include <map>
#include <set>

#include "sgilo/core/error.h"
#include "sgilo/files/file_problem.h"

namespace sgilo {
namespace {

constexpr std::string_view kMagic = "119547037146038801333356";  // 0x1950a86a20f9469cfc6c
constexpr std::int64_t kVersion = 1001;

bool holds_magic(const PickleDocument& document) {
  return document.is(document.root, PickleKind::big_integer) &&
         document.text(document.root) == kMagic;
}

void require_little_endian(const PickleDocument& machine, const ByteReader& reader) {
  if (!machine.is(machine.root, PickleKind::dict))
    reader.fail("the third pickle must describe the machine that wrote the file");
  for (const auto& [key, value] : machine.entries(machine.root)) {
    if (!machine.is(key, PickleKind::text) || machine.text(key) != "little_endian") continue;
    if (!machine.is(value, PickleKind::boolean) || !machine.boolean(value))
      reader.fail(
          "the numbers are big-endian, which is not read: save it again with PyTorch >= 1.6");
    return;
  }
  reader.fail("the machine that wrote the file has no 'little_endian'");
}

// A stream up to its object, and where its storages lie.
struct Stream {
  PickleDocument object;
  std::map<std::string, StorageIdentity> identities;  // by key
  std::map<std::string, Bytes> storages;              // those that are no views
};

void collect_identities(Stream& stream, const std::string& name) {
  for (PickleRef ref = 0; ref < stream.object.count(); ++ref) {
    if (!stream.object.is(ref, PickleKind::persistent)) continue;
    const StorageIdentity identity = storage_identity(stream.object, ref, name);
    const auto [known, added] = stream.identities.emplace(identity.key, identity);
    if (!added && (known->second.type != identity.type || known->second.count != identity.count))
      throw format_error(
          name, concat("storage '", identity.key, "' is named with two sizes or types (byte ",
                       stream.object.position(ref), ")"));
  }
}

Stream read_stream(const Bytes& file, const std::string& name, const PickleOptions& options) {
  ByteReader reader(file, name);
  if (!holds_magic(read_pickle(reader, options)))
    reader.fail("the magic number of PyTorch's old format is missing");
  const PickleDocument version = read_pickle(reader, options);
  if (!version.is(version.root, PickleKind::integer) || version.integer(version.root) != kVersion)
    reader.fail(
        concat("the version must be ", kVersion, ", but is ", version.describe(version.root)));
  require_little_endian(read_pickle(reader, options), reader);

  Stream stream;
  stream.object = read_pickle(reader, options);
  collect_identities(stream, name);
  const PickleDocument keys = read_pickle(reader, options);
  if (!keys.is(keys.root, PickleKind::list)) reader.fail("the fifth pickle must list the storages");
  for (const PickleRef ref : keys.items(keys.root)) {
    if (!keys.is(ref, PickleKind::text)) reader.fail("a storage's key must be a text");
    const std::string& key = keys.text(ref);
    const auto known = stream.identities.find(key);
    if (known == stream.identities.end())
      reader.fail(concat("storage '", key, "' is listed, but nothing uses it"));
    const auto count = reader.number<std::int64_t>(concat("the count of storage '", key, "'"));
    const StorageIdentity& identity = known->second;
    const std::uint64_t size = torch::elementSize(identity.type);
    if (count < 0 || static_cast<std::uint64_t>(count) > reader.remaining() / size)
      reader.fail(concat("storage '", key, "' has ", count, " numbers of ", size, " bytes, but ",
                         reader.remaining(), " bytes are left"));
    if (static_cast<std::uint64_t>(count) != identity.count)
      reader.fail(concat("storage '", key, "' has ", count, " numbers, but ", identity.count,
                         " are announced"));
    const std::uint64_t bytes = static_cast<std::uint64_t>(count) * size;
    if (!stream.storages.emplace(key, part_of(file, reader.position(), bytes, name)).second)
      reader.fail(concat("storage '", key, "' is listed twice"));
    reader.skip(bytes, concat("storage '", key, "'"));
  }
  return stream;
}

Bytes storage_of(const Stream& stream, const StorageIdentity& identity, const std::string& name) {
  const auto found = stream.storages.find(identity.key);
  if (found == stream.storages.end())
    throw format_error(name,
                       concat("storage '", identity.key, "' is used, but not in the file's list"));
  if (identity.view_key.empty()) return found->second;
  const std::uint64_t size = torch::elementSize(identity.type);
  return part_of(found->second, identity.view_offset * size, identity.view_count * size,
                 concat(name, ": storage '", identity.view_key, "'"));
}

}  // namespace

bool is_torch_legacy(const Bytes& file, const std::string& name) {
  try {
    ByteReader reader(file, name);
    PickleOptions few;
    few.values = 16;
    return holds_magic(read_pickle(reader, few));
  } catch (const FormatError&) {
    return false;
  }
}

void read_torch_legacy(const Bytes& file, const PickleOptions& options, Checkpoint& checkpoint) {
  const std::string name = checkpoint.path.string();
  const Stream stream = read_stream(file, name, options);
  enter_pickle(
      stream.object, file,
      [&](const StorageIdentity& identity) { return storage_of(stream, identity, name); }, options,
      checkpoint);
}

InnerStorage inner_storage(const Bytes& bytes, const std::string& name,
                           const PickleOptions& options) {
  const Stream stream = read_stream(bytes, name, options);
  if (!stream.object.is(stream.object.root, PickleKind::persistent))
    throw format_error(name, concat("must hold a storage alone, but holds ",
                                    stream.object.describe(stream.object.root)));
  const StorageIdentity identity = storage_identity(stream.object, stream.object.root, name);
  return {identity.type, storage_of(stream, identity, name)};
}

}  // namespace sgilo
