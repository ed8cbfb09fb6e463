#include "sgilo/checkpoint/npz.h"

#include <deque>

#include "sgilo/checkpoint/npy.h"
#include "sgilo/core/error.h"
#include "sgilo/files/standard_stream.h"

namespace sgilo {

void read_npz(const ZipArchive& archive, Checkpoint& checkpoint) {
  for (const std::string& record : archive.names())
    read_npy_entry(archive.record(record),
                   concat(checkpoint.path.string(), ": record '", record, "'"),
                   record.substr(0, record.size() - 4), checkpoint);
}

void write_npz(const std::filesystem::path& path, const StateDict& tensors) {
  if (is_standard_stream(path)) throw ConfigError("an .npz file cannot be written to stdout");
  std::deque<std::string> headers;  // stay where they are
  std::vector<Tensor> contiguous;
  std::vector<ZipRecord> records;
  for (const auto& [name, tensor] : tensors) {
    if (name.empty() || name.find('\0') != std::string::npos)
      throw ConfigError(concat(path.string(), ": '", name, "' cannot name a record"));
    headers.push_back(npy_header(tensor, concat(path.string(), ": tensor '", name, "'")));
    contiguous.push_back(tensor.detach().cpu().contiguous());
    records.push_back({name + ".npy",
                       {{headers.back().data(), headers.back().size()},
                        {contiguous.back().data_ptr(), contiguous.back().nbytes()}}});
  }
  write_zip(path, records);
}

}  // namespace sgilo
