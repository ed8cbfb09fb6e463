#include "sgilo/workflows/portrait_data.h"

#include <filesystem>
#include <optional>

#include "sgilo/core/options_json.h"
#include "sgilo/data/image_io.h"
#include "sgilo/files/atomic_file.h"
#include "sgilo/files/make_folder.h"
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

}  // namespace

void write_portraits(const PortraitDataOptions& options, Observer& observer) {
  validate(options);
  check_portrait_size(options.size);
  const std::filesystem::path folder = options.output;
  make_folder(folder);
  std::optional<Table> table;
  for (std::int64_t i = options.start;
       i < options.start + options.count && !observer.stop_requested(); ++i) {
    const Portrait portrait = draw_portrait(static_cast<std::uint64_t>(options.seed), options.split,
                                            static_cast<std::uint64_t>(i), options.size);
    const std::string file = concat(word_of(options.split), "_", i, ".png");
    write_png(folder / file, picture(portrait, options.size));
    const auto named = named_attributes(attributes(portrait.parameters));
    std::vector<std::string> names{"file"}, cells{file};
    for (const NamedAttribute& attribute : named) {
      names.emplace_back(attribute.name);
      cells.push_back(cell(attribute));
    }
    if (!table) table.emplace(names);
    table->add_row(cells);
    observer.on_step({"portraits", i - options.start + 1, options.count, {}});
  }
  if (table) write_file_atomically(folder / "attributes.csv", table->csv());
}

}  // namespace sgilo
