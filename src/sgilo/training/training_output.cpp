#include "sgilo/training/training_output.h"

#include <cstdlib>
#include <system_error>

#include "sgilo/core/error.h"
#include "sgilo/files/file_problem.h"
#include "sgilo/files/writable.h"
#include "sgilo/report/image_grid.h"
#include "sgilo/training/training_folder.h"

namespace sgilo {

namespace fs = std::filesystem;

fs::path state_folder(const std::string& stated, const fs::path& output, const std::string& name) {
  const char* states = std::getenv("SGILO_STATE_DIR");
  std::error_code ignored;
  fs::path folder = output / "training" / name;
  if (!stated.empty()) {
    folder = stated;
  } else if (states != nullptr && *states != '\0') {
    folder = fs::path(states) / name;
  } else {
    for (const fs::path& inside : {folder.parent_path(), folder})
      if (fs::is_symlink(inside, ignored))
        throw format_error(inside,
                           "is a symbolic link, and none is followed inside a model folder; name "
                           "the folder of the state with --state");
  }
  const auto place = [&](const fs::path& path) { return fs::weakly_canonical(path / "", ignored); };
  if (place(folder) == place(output))
    throw ConfigError(
        concat("state must be another folder than the model's, but both are ", folder.string()));
  require_writable_folder(folder);
  return folder;
}

std::string training_plan(const fs::path& folder, const Json& course, std::int64_t steps,
                          std::int64_t batch) {
  const std::int64_t done = saved_step(folder, course);
  require_steps_left(folder.string(), done, steps);
  return concat("from step ", done, " to ", steps, " of ", batch, " examples, state in ",
                folder.string());
}

void require_steps_left(const std::string& name, std::int64_t done, std::int64_t steps) {
  if (done > steps)
    throw ConfigError(concat(name, ": has taken ", done, " steps, more than the ", steps,
                             " that are asked for; ask for at least ", done));
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

}  // namespace sgilo
