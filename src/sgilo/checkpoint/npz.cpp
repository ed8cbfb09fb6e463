#include "sgilo/checkpoint/npz.h"

#include <algorithm>
#include <deque>
#include <string_view>

#include "sgilo/checkpoint/npy.h"
#include "sgilo/checkpoint/zip_writer.h"
#include "sgilo/core/error.h"
#include "sgilo/core/escape.h"
#include "sgilo/files/file_problem.h"
#include "sgilo/files/standard_stream.h"

namespace sgilo {

namespace {

constexpr std::string_view kExtension = ".npy";

// "2 arrays are not read: 'names' holds texts, ..; 'when' holds dates .."
std::string unread_text(const Checkpoint& checkpoint) {
  constexpr std::size_t kShown = 5;
  std::vector<std::string> shown;
  for (const auto& [name, why] : checkpoint.unread) {
    if (shown.size() == kShown) break;
    shown.push_back(concat("'", name, "' ", why));
  }
  const std::size_t count = checkpoint.unread.size();
  return concat(count,
                count == 1 ? " array is not read: " : " arrays are not read: ", join(shown, "; "),
                count > shown.size() ? "; .." : "");
}

}  // namespace

bool is_npz(const ZipArchive& archive) {
  return std::any_of(archive.names().begin(), archive.names().end(),
                     [](const std::string& name) { return name.ends_with(kExtension); });
}

void read_npz(const ZipArchive& archive, Checkpoint& checkpoint) {
  for (const std::string& record : archive.names()) {
    const std::string where = concat("record '", record, "'");
    if (!is_printable(record))
      throw format_error(checkpoint.path, concat(where, " has a name that cannot be printed"));
    if (record.ends_with(kExtension))
      read_npy_entry(archive.record(record), concat(checkpoint.path.string(), ": ", where),
                     record.substr(0, record.size() - kExtension.size()), checkpoint);
    else
      checkpoint.unread[record] = "is no array";
  }
  if (checkpoint.unread.empty()) return;
  if (checkpoint.tensors.empty()) throw format_error(checkpoint.path, unread_text(checkpoint));
  checkpoint.notes.push_back(unread_text(checkpoint));
}

void write_npz(const std::filesystem::path& path, const StateDict& tensors) {
  if (is_standard_stream(path)) throw ConfigError("an .npz file cannot be written to stdout");
  std::deque<std::string> headers;  // stay where they are
  std::vector<Tensor> contiguous;
  std::vector<ZipRecord> records;
  for (const auto& [name, tensor] : tensors) {
    if (name.empty() || !is_printable(name))
      throw ConfigError(concat(path.string(), ": '", escaped(name), "' cannot name a record"));
    headers.push_back(npy_header(tensor, concat(path.string(), ": tensor '", name, "'")));
    contiguous.push_back(tensor.detach().cpu().contiguous());
    records.push_back({name + ".npy",
                       {{headers.back().data(), headers.back().size()},
                        {contiguous.back().data_ptr(), contiguous.back().nbytes()}}});
  }
  write_zip(path, records);
}

}  // namespace sgilo
