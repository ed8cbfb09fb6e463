// The folder of a run: locked while it is in use, never overwritten unasked, and holding what is
// needed to go on (state/) and to repeat the run (config.json). A run that replaces another keeps
// it in replaced/ until it is finished.
#pragma once

#include <filesystem>
#include <optional>

#include "sgilo/core/options_json.h"
#include "sgilo/files/folder_lock.h"

namespace sgilo {

// "format" in manifest.json: of the run of one measurement, of a folder of measurements.
inline constexpr const char* kRunFormat = "sgilo run 1";
inline constexpr const char* kRunsFormat = "sgilo runs 1";

enum class RunMode { fresh, force, resume };

class RunFolder {
 public:
  // Makes and locks the folder. fresh: throws ConfigError when it holds a run already. force: the
  // earlier run's files give way. resume: throws ConfigError unless it holds a run of this
  // configuration; keys of `free` may differ. Throws ConfigError, too, for a folder whose files
  // have the names of a run's but are of none. Writes a first manifest and config.json.
  RunFolder(const std::filesystem::path& path, RunMode mode, const Json& config,
            const std::vector<std::string>& free);

  // Whether a folder holds a run of this configuration; keys of `free` may differ.
  static bool holds(const std::filesystem::path& path, const Json& config,
                    const std::vector<std::string>& free);

  const std::filesystem::path& path() const { return path_; }
  bool finished() const;  // by the manifest found at the start

  // What the manifest said at the start; null without one.
  const Json& earlier_manifest() const { return earlier_; }
  void write_manifest(const Json& manifest) const;
  // Writes the last manifest and removes what the finished run no longer needs.
  void finish(const Json& manifest) const;

 private:
  std::filesystem::path path_;
  std::optional<FolderLock> lock_;
  Json earlier_;
};

// A file of a folder that the program made: throws FormatError for a link or a pipe, too.
Json read_json_file(const std::filesystem::path& path);

}  // namespace sgilo
