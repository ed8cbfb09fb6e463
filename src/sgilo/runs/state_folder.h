// The states of a run while it lasts, in the folder state/ of the run: one sealed file for each group of
// rows, written every few minutes and where the run stops. What a state holds is said by its own
// fields() table; it belongs to one measurement, model, seed and set of options.
#pragma once

#include <filesystem>
#include <functional>

#include "sgilo/machine/stopwatch.h"
#include "sgilo/solvers/restore.h"

namespace sgilo {

class StateFolder : public StateStore {
 public:
  using Check = std::function<void(const SolverState&)>;  // throws Error for what cannot be

  // Makes the folder. `run`: hash of what the run is. Tensors that are loaded go to `device`.
  StateFolder(const std::filesystem::path& folder, double save_minutes, torch::Device device,
              const std::string& run = "", Check check = {});

  // Throws FormatError for a file that is damaged or changed, of another run, of other rows or of an
  // earlier version.
  std::optional<SolverState> load(const std::vector<RowKey>& rows) override;
  void on_step(const SolverState& state) override;
  void on_end(const SolverState& state) override;

  double seconds() const { return seconds_; }  // of all groups that ended, their earlier parts too
  // The file of the state in play; empty when it started anew.
  const std::filesystem::path& loaded() const { return loaded_; }

 private:
  void save(const SolverState& state) const;

  std::filesystem::path folder_;
  double save_seconds_;
  torch::Device device_;
  std::string run_;
  Check check_;
  std::filesystem::path loaded_;
  double seconds_ = 0, before_ = 0;  // before_: of the group in play, when it was loaded
  Stopwatch group_, saved_;
};

}  // namespace sgilo
