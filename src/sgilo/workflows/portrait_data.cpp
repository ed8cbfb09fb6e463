#include "sgilo/workflows/portrait_data.h"

#include <limits>
#include <set>
#include <sstream>

#include "sgilo/core/options_json.h"
#include "sgilo/data/image_io.h"
#include "sgilo/files/folder.h"
#include "sgilo/files/folder_lock.h"
#include "sgilo/report/table.h"

namespace sgilo {
namespace {

std::string cell(const NamedAttribute& attribute) {
  return std::visit(
      [](const auto& value) {
        if constexpr (std::is_same_v<std::remove_cvref_t<decltype(value)>, float>)
          return number_text(value);
        else
          return std::string(value);
      },
      attribute.value);
}

Tensor picture(const Portrait& portrait, int size) {
  const Tensor bytes = torch::tensor(c10::ArrayRef<std::uint8_t>(portrait.pixels), torch::kUInt8)
                           .view({size, size, 3});
  return bytes.permute({2, 0, 1}).to(torch::kFloat32) / 127.5 - 1;
}

constexpr const char* kTable = "attributes.csv";
constexpr std::uint64_t kLargestTable = 256 << 20;  // bytes; a row has about 200

// The lines of a table that is there already, its header first; nothing where there is none.
std::vector<std::string> lines_of(const Folder& folder) {
  std::vector<std::string> lines;
  if (!folder.holds(kTable)) return lines;
  std::istringstream text(folder.read(kTable, kLargestTable));
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

void require_indices(const PortraitDataOptions& options) {
  if (options.count > std::numeric_limits<std::int64_t>::max() - options.start)
    throw ConfigError(concat("start + count must be a number below 2^63, but start is ",
                             options.start, " and count ", options.count));
}

}  // namespace

std::int64_t write_portraits(const PortraitDataOptions& options, Observer& observer) {
  validate(options);
  check_portrait_size(options.size);
  require_indices(options);
  const Folder folder = Folder::made(options.output);
  const FolderLock alone(folder);  // who else wrote the table meanwhile would lose our rows
  std::vector<std::string> lines = lines_of(folder), rows;
  std::set<std::string> files;  // of the rows
  std::int64_t written = 0;
  for (; written < options.count && !observer.stop_requested(); ++written) {
    const std::int64_t index = options.start + written;
    const Portrait portrait = draw_portrait(static_cast<std::uint64_t>(options.seed), options.split,
                                            static_cast<std::uint64_t>(index), options.size);
    const std::string file = concat(word_of(options.split), "_", index, ".png");
    std::string columns = "file", row = file;
    for (const NamedAttribute& attribute : named_attributes(attributes(portrait.parameters))) {
      columns += concat(",", attribute.name);
      row += concat(",", cell(attribute));
    }
    if (lines.empty()) lines.push_back(columns);
    if (lines[0] != columns)
      throw FormatError(concat((folder / kTable).string(), ": holds other columns than ", columns,
                               "; name another folder"));
    write_png(folder / file, picture(portrait, options.size));
    files.insert(file);
    rows.push_back(row);
    observer.on_step({"portraits", written + 1, options.count, {}});
  }
  std::erase_if(lines, [&](const std::string& line) {
    return files.contains(line.substr(0, line.find(',')));
  });
  lines.insert(lines.end(), rows.begin(), rows.end());
  std::string csv;
  for (const std::string& line : lines) csv += line + "\n";
  if (!csv.empty()) folder.write(kTable, csv);
  return written;
}

std::string plan(const PortraitDataOptions& options) {
  validate(options);
  check_portrait_size(options.size);
  require_indices(options);
  return concat("would write ", options.output, ": ", options.count, " portraits\n");
}

}  // namespace sgilo
