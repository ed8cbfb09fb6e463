// A job is what a person, a script or a server asks of the program: "measure", "train score". It is
// called with the JSON of its options and answers with JSON; nothing here knows a terminal.
//   Json options = {{"images", {"face.png"}}, {"operator", {{"kind", "inpaint"}, {"keep", 0.05}}}};
//   const Json result = job_of("measure").run(options, RunMode::fresh, observer);
// Each <name>_job.cpp makes one with make_job(); jobs.cpp lists them.
#pragma once

#include <concepts>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "sgilo/commands/option_table.h"
#include "sgilo/core/observer.h"
#include "sgilo/machine/common_options.h"
#include "sgilo/runs/run_folder.h"

namespace sgilo {

// What the option `output` names: a folder; a file, which may be "-" (stdout); the file that takes
// the result's text, "-" for none; or one of the first two, as other options say.
enum class OutputKind { folder, file, text, either };

// What a command line says of a job, and nobody else needs.
struct CommandWords {
  std::string example = {};     // a whole command
  std::string positional = {};  // the option that words without a flag fill
  std::vector<std::pair<std::string, std::string>> aliases = {};  // {"chains", "solver.chains"}
  OutputKind output = OutputKind::folder;
  bool stops_itself = true;  // false: Ctrl-C ends the process, as there is no loop to stop
};

struct JobWords {
  std::string name;  // "solve", "train score"
  std::string help;  // one line
  CommandWords command = {};
};

struct Job : JobWords {
  std::vector<OptionEntry> table;
  bool makes_run = false;  // into a run folder: `mode` says whether it may hold a run already

  // `options` names what differs from the defaults. Both throw ConfigError for options that are
  // unknown or out of range, and what the workflow throws.
  //
  // What run() would do, at the cost of a few of its steps: {"plan": lines for people, ...}. Writes
  // nothing.
  std::function<Json(const Json& options, Observer&)> plan;
  // "finished": false says that the observer stopped it, "passed": false that it failed its own
  // check; without these words all went well.
  std::function<Json(const Json& options, RunMode mode, Observer&)> run;

  std::function<std::string(const Json& result)> text;  // how a result reads for people
};

inline bool finished(const Json& result) { return result.value("finished", true); }
inline bool passed(const Json& result) { return result.value("passed", true); }

// Threads and device as the options say. Warns of a BLAS that is slow or wrong.
void prepare_machine(const CommonOptions& options, Observer& observer);

// Throws ConfigError for an `output` that is empty, stdout for a folder, or that could not be
// written: before any work. `given` is what the user says, `options` all of them.
void require_output(const CommandWords& command, const Json& given, const Json& options);

// Reads the options and prepares the machine for them.
template <Options S>
S prepared_options(const JobWords& words, const Json& json, Observer& observer) {
  S options;
  from_json(json, options);
  require_output(words.command, json, to_json(options));
  if constexpr (std::derived_from<S, CommonOptions>) prepare_machine(options, observer);
  return options;
}

// `run` is Json(options, observer), or Json(options, mode, observer) of a job that makes a run.
template <Options S, class Run>
Job make_job(JobWords words, std::function<Json(const S&, Observer&)> plan, Run run,
             std::string (*text)(const Json& result)) {
  constexpr bool makes_run = std::invocable<Run, const S&, RunMode, Observer&>;
  return {
      words,
      option_table<S>(),
      makes_run,
      [plan, words](const Json& json, Observer& observer) {
        return plan(prepared_options<S>(words, json, observer), observer);
      },
      [run, words](const Json& json, RunMode mode, Observer& observer) -> Json {
        if (!makes_run && mode != RunMode::fresh)
          throw ConfigError(concat(words.name, " makes no run that could be replaced or resumed"));
        const S options = prepared_options<S>(words, json, observer);
        if constexpr (makes_run)
          return run(options, mode, observer);
        else
          return run(options, observer);
      },
      text};
}

// Of a job whose plan is a text.
template <Options S, class Run>
Job make_job(JobWords words, std::string (*plan)(const S&), Run run,
             std::string (*text)(const Json& result)) {
  const auto as_json = [plan](const S& options, Observer&) {
    return Json{{"plan", plan(options)}};
  };
  return make_job<S>(std::move(words), std::function<Json(const S&, Observer&)>(as_json), run,
                     text);
}

}  // namespace sgilo
