#include "sgilo/checkpoint/torch_zip.h"

#include <algorithm>

#include "sgilo/core/error.h"
#include "sgilo/files/file_problem.h"

namespace sgilo {
namespace {

constexpr std::uint64_t kLargestPickle = std::uint64_t{256} << 20;

// "archive/" of the first record.
std::string prefix_of(const ZipArchive& archive) {
  if (archive.names().empty()) return {};
  const std::string& first = archive.names().front();
  return first.substr(0, first.find('/') + 1);
}

void require_little_endian(const ZipArchive& archive, const std::string& record,
                           const Checkpoint& checkpoint) {
  if (!archive.has(record)) return;  // before PyTorch 2.1
  std::string order = archive.content(record, 16);
  while (!order.empty() && (order.back() == '\n' || order.back() == '\0')) order.pop_back();
  if (order != "little")
    throw format_error(checkpoint.path,
                       concat("has the byte order '", order, "', but only 'little' is read"));
}

}  // namespace

bool is_torch_zip(const ZipArchive& archive) {
  return archive.has(prefix_of(archive) + "data.pkl");
}

bool is_torch_script(const ZipArchive& archive) {
  const std::string code = prefix_of(archive) + "code/";
  return archive.has(prefix_of(archive) + "constants.pkl") ||
         std::any_of(archive.names().begin(), archive.names().end(),
                     [&](const std::string& name) { return name.starts_with(code); });
}

void read_torch_zip(const ZipArchive& archive, const PickleOptions& options,
                    Checkpoint& checkpoint) {
  const std::string prefix = prefix_of(archive), name = checkpoint.path.string();
  require_little_endian(archive, prefix + "byteorder", checkpoint);
  const Bytes pickle =
      memory_bytes(archive.content(prefix + "data.pkl", kLargestPickle), name + ": data.pkl");
  ByteReader reader(pickle, name + ": data.pkl");
  const PickleDocument document = read_pickle(reader, options);
  enter_pickle(
      document, pickle,
      [&](const StorageIdentity& identity) {
        if (!identity.view_key.empty())
          throw format_error(checkpoint.path, concat("storage '", identity.key,
                                                     "' is a view, which this format cannot have"));
        const Bytes record = archive.record(concat(prefix, "data/", identity.key));
        if (record->size() != identity.bytes())
          throw format_error(
              checkpoint.path,
              concat("storage '", identity.key, "' is announced with ", identity.bytes(),
                     " bytes, but its record has ", record->size()));
        return record;
      },
      options, checkpoint);
}

}  // namespace sgilo
