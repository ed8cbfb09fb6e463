// How what was trained comes into a model folder: made whole beside it, judged against the part
// that is there, then moved in, so that the folder is the old model or the new one wherever that is
// cut short (models/model_parts.h). Nothing is replaced unasked, and nothing that is replaced
// is lost: the model as it was stays in replaced_<n>/ inside the folder, and a new part that is
// worse than the earlier one goes, with the rest of the model, to rejected_<n>/ instead.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "sgilo/core/options_json.h"
#include "sgilo/files/folder.h"
#include "sgilo/files/folder_lock.h"
#include "sgilo/files/new_folder.h"

namespace sgilo {

// Throws ConfigError, before any work, where the folder has the part and `force` is off. A style
// prior that was never fitted to inversions is a first guess, which may be replaced.
void require_replaceable(const std::filesystem::path& folder, const std::string& part, bool force);

// The new and the earlier part by one measure.
struct Judgement {
  std::string measure = {};  // "Frechet distance"
  std::optional<double> fresh = {}, earlier = {};
  bool lower_is_better = true;
  std::string problem = {};  // why a number is missing
};

struct EnteredPart {
  bool entered = true;    // false: the earlier part is better and stays
  std::string note = {};  // one sentence, where there was an earlier part
};

class TrainedPart {
 public:
  // Locks the folder, which is made when missing, and ends what an earlier one left half done.
  TrainedPart(const std::filesystem::path& folder, const std::string& part);

  // An empty folder to be filled by write_model_part(), and with other files of the part.
  const std::filesystem::path& staging() const { return staged_.path(); }
  bool replaces() const { return replaces_; }
  EnteredPart enter(const Judgement& judgement);

 private:
  // `outdated` are the parts that were made for another generator than the new one.
  std::string reject(const Json& fresh, const std::vector<std::string>& outdated);
  std::string keep_earlier();
  void move_in(const Json& fresh, const std::vector<std::string>& outdated);
  void move_in_other_files() const;

  Folder files_;
  FolderLock lock_;
  std::string part_;
  Json model_;  // model.json as it is; null without one
  bool replaces_;
  std::filesystem::path rejected_;
  NewFolder staged_;
};

}  // namespace sgilo
