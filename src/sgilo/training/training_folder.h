// The folder of a training run: locked while it is in use, holding the state (replaced atomically,
// so that a kill at any moment leaves the last save), the log and pictures. A state says what its
// training depends on, its course: seed, rates, widths, data. It goes on under the same course
// alone. Nothing here runs code of the file, and no link inside the folder is followed.
#pragma once

#include <filesystem>
#include <optional>

#include "sgilo/core/options_json.h"
#include "sgilo/files/folder.h"
#include "sgilo/files/folder_lock.h"
#include "sgilo/training/training_state.h"

namespace sgilo {

class TrainingFolder {
 public:
  // Makes the folder and locks it. `course` names what later steps depend on as the user states it:
  // {"seed": 1, "trainer": {"batch": 32}}; null stands for "as it was". Throws ConfigError when
  // another process trains in the folder.
  TrainingFolder(const std::filesystem::path& path, Json course);

  // Nothing without a state. Throws ConfigError for one of another course, FormatError for one that
  // is damaged, of an earlier version, or whose tensors differ from `like` in name, shape or type.
  std::optional<TrainingState> load(const StateDict& like);
  // Throws NumericError, and leaves the last save, for tensors that are not finite.
  void save(const TrainingState& state) const;

  const Folder& files() const { return files_; }

 private:
  Folder files_;
  FolderLock lock_;
  Json course_;
};

// The step that a folder's training has reached, 0 without a state; checks the course as load().
std::int64_t saved_step(const std::filesystem::path& folder, const Json& course);

}  // namespace sgilo
