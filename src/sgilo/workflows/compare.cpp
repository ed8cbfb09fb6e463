#include "sgilo/workflows/compare.h"

#include <fstream>

#include "sgilo/core/idle_options.h"
#include "sgilo/files/atomic_file.h"
#include "sgilo/files/folder.h"
#include "sgilo/files/output_name.h"
#include "sgilo/files/standard_stream.h"
#include "sgilo/files/writable.h"
#include "sgilo/workflows/compare_references.h"
#include "sgilo/workflows/compare_tables.h"

namespace sgilo {
namespace {

namespace fs = std::filesystem;

// The file of an earlier comparison gives way, what else lies there does not.
bool replaces(const fs::path& output) {
  std::error_code none;
  if (is_standard_stream(output.string())) return false;
  if (!fs::is_regular_file(output, none)) return false;  // none yet, or a pipe or device
  const std::string_view title = "run,image,estimate,";
  std::string start(title.size(), '\0');
  std::ifstream(output).read(start.data(), static_cast<std::streamsize>(start.size()));
  if (start[0] != '\0' && start != title)
    throw ConfigError(concat(output.string(),
                             " holds something else than metrics of 'sgilo compare', and is not "
                             "replaced; name another file with --output"));
  return true;
}

struct Inputs {
  std::vector<RunPlace> places;
  std::vector<fs::path> references;
  fs::path output;
  bool output_exists = false;
};

Inputs inputs_of(const CompareOptions& options, Observer& observer) {
  validate(options);
  if (options.runs.empty()) throw ConfigError("runs must name at least one run folder, but is []");
  if (options.reference.empty())
    throw ConfigError("reference must name the true images, but is []");
  if (options.feature_script.empty())
    refuse_idle(options, {"feature_size", "trust"}, "without feature_script");
  Inputs inputs{{},
                sound_image_files({options.reference.begin(), options.reference.end()}, observer,
                                  options.strict),
                {}};
  for (const std::string& folder : options.runs)
    for (const RunPlace& place : runs_of(folder)) inputs.places.push_back(place);
  if (inputs.places.size() == 1)
    refuse_idle(options, {"seed"}, "on one run, as it draws the intervals of differences");
  const char* beside = options.runs.size() == 1 ? "metrics.csv" : "comparison.csv";
  inputs.output =
      !options.output.empty() ? fs::path(options.output) : Folder(options.runs[0]) / beside;
  for (const fs::path& file : inputs.references)
    require_other_file(inputs.output.string(), {file.string(), options.lpips,
                                                options.lpips_backbone, options.feature_script});
  require_file_ending("output", inputs.output, {".csv", ".txt"});
  require_writable_file(inputs.output);
  inputs.output_exists = replaces(inputs.output);
  return inputs;
}

// Observed data are another file than their reference, and may be named as they like.
void warn_of_other_name(const ComparedRun& run, std::size_t image, const fs::path& file,
                        const std::string& name, Observer& observer) {
  if (!run.observed && name != run.images[image])
    observer.on_warning(concat(file.string(), ": is compared with the measured image '",
                               run.images[image], "' of ", run.folder.string(),
                               ", though its name differs"));
}

void warn_of_misfit(const ComparedRun& run, const fs::path& file, double excess,
                    Observer& observer) {
  observer.on_warning(concat(file.string(), ": is hardly the image that ", run.folder.string(),
                             " restored: it misses the measurement by ", number_text(excess, 3),
                             " times the noise, where the true image misses it by 1"));
}

void warn_of_failed_image(const ComparedRun& run, std::size_t image, Observer& observer) {
  if (run.last[image].size(0) == 0)
    observer.on_warning(concat(run.folder.string(), ": every chain of image '", run.images[image],
                               "' failed; it has no scores, and the means leave it out"));
}

// A comparison while it is made, run by run.
class Comparing {
 public:
  Comparing(const CompareOptions& options, Observer& observer)
      : observer_(observer),
        inputs_(inputs_of(options, observer)),
        names_(image_names(inputs_.references)),
        judges_(judges_of(options)),
        streams_(RandomStreams(static_cast<std::uint64_t>(options.seed)).child("bootstrap")),
        out_(empty_comparison(judges_.metrics(), inputs_.output)) {}

  Comparison result() {
    for (const RunPlace& place : inputs_.places) add(place);
    if (inputs_.output_exists)
      observer_.on_message(concat(inputs_.output.string(), ": replaces an earlier comparison"));
    write_file_atomically(inputs_.output, out_.metrics.csv());
    return out_;
  }

 private:
  void add(const RunPlace& place) {
    const ComparedRun run = read_run(place);
    const std::optional<Measurement> measurement = measurement_of(run, observer_);
    out_.checked = out_.checked && measurement;
    const std::vector<std::size_t> order = references_of(run, place.one_of_many, names_);
    RunScores scores;
    for (std::size_t i = 0; i < run.images.size(); ++i) {
      warn_of_other_name(run, i, inputs_.references[order[i]], names_[order[i]], observer_);
      add_image(run, i, inputs_.references[order[i]], measurement, scores);
    }
    add_summary(out_, judges_.metrics(), run.name, scores);
    if (first_order_.empty()) {
      first_ = std::move(scores);
      first_name_ = run.name;
      first_order_ = order;
    } else if (order == first_order_ && order.size() >= 2) {  // the same references, so pairs
      add_differences(out_.differences, run.name, scores, first_name_, first_, streams_);
    }
  }

  void add_image(const ComparedRun& run, std::size_t i, const fs::path& file,
                 const std::optional<Measurement>& measurement, RunScores& scores) {
    const TrueImage reference = reference_of(framed_reference(file, run, i, observer_), judges_);
    if (const std::optional<double> excess =
            measurement ? excess_residual(*measurement, i, reference.image) : std::nullopt) {
      out_.misfits.push_back({run.name, run.images[i], file.string(), *excess});
      warn_of_misfit(run, file, *excess, observer_);
    }
    warn_of_failed_image(run, i, observer_);
    scores[0].push_back(scores_of(run.mean(i).unsqueeze(0), reference, judges_));
    scores[1].push_back(scores_of(run.last[i], reference, judges_));
    scores[2].push_back(scores_of(run.best(i).unsqueeze(0), reference, judges_));
    add_metrics(out_, judges_.metrics(), run.name, run.images[i], scores);
  }

  Observer& observer_;
  Inputs inputs_;
  std::vector<std::string> names_;
  Judges judges_;
  RandomStreams streams_;
  Comparison out_;
  RunScores first_;
  std::string first_name_;
  std::vector<std::size_t> first_order_;
};

}  // namespace

std::string plan(const CompareOptions& options) {
  Observer silent;
  const Inputs inputs = inputs_of(options, silent);
  judges_of(options);
  std::string text;
  for (const RunPlace& place : inputs.places) text += concat("run ", place.folder.string(), "\n");
  return text + concat(inputs.references.size(), " reference image(s)\nwould ",
                       inputs.output_exists ? "replace " : "write ", inputs.output.string(), "\n");
}

Comparison compare(const CompareOptions& options, Observer& observer) {
  return Comparing(options, observer).result();
}

}  // namespace sgilo
