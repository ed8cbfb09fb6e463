#include "sgilo/training/training_output.h"

#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

#include "sgilo/core/error.h"
#include "sgilo/report/figure.h"
#include "sgilo/report/image_grid.h"
#include "sgilo/training/training_state.h"

namespace sgilo {

std::filesystem::path state_folder(const std::string& stated, const std::filesystem::path& output,
                                   const std::string& name) {
  if (!stated.empty()) return stated;
  if (const char* folder = std::getenv("SGILO_STATE_DIR"); folder != nullptr && *folder != '\0')
    return std::filesystem::path(folder) / name;
  return output / "training" / name;
}

std::string training_plan(const std::filesystem::path& folder, std::int64_t steps,
                          std::int64_t batch) {
  const auto state = load_training_state(folder);
  const auto done = static_cast<std::int64_t>(
      state && state->counters.contains("step") ? state->counters.at("step") : 0);
  return concat("from step ", done, " to ", steps, " of ", batch, " examples, state in ",
                folder.string());
}

Tensor contact_sheet(const Tensor& images, std::int64_t columns, const std::string& title) {
  ImageGrid grid;
  grid.title = title;
  for (std::int64_t i = 0; i < images.size(0); ++i) {
    if (i % columns == 0) grid.rows.emplace_back();
    grid.rows.back().push_back(images[i].clamp(-1, 1).cpu());
  }
  grid.rows.back().resize(static_cast<std::size_t>(columns));
  return draw_image_grid(grid);
}

void draw_training_log(const std::filesystem::path& folder) {
  std::ifstream file(folder / "log.csv");
  std::string line;
  std::getline(file, line);
  std::map<std::string, Curve> curves;
  while (std::getline(file, line)) {
    std::istringstream cells(line);
    std::string step, seconds, quantity, value;
    std::getline(cells, step, ',');
    std::getline(cells, seconds, ',');
    std::getline(cells, quantity, ',');
    std::getline(cells, value, ',');
    curves[quantity].x.push_back(std::stod(step));
    curves[quantity].y.push_back(std::stod(value));
  }
  if (curves.empty()) return;
  Figure figure{.name = "log", .columns = 3};
  for (const auto& [quantity, curve] : curves) {
    std::string title;
    for (const char letter : quantity) title += letter == '_' ? "\\_" : std::string(1, letter);
    figure.panels.push_back({.title = title, .x = {.label = "step"}, .curves = {curve}});
  }
  write_picture(figure, folder / "log.svg");
}

}  // namespace sgilo
