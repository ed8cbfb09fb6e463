// A verb of the command: its words, its option table and what it does. Each <verb>_command.cpp
// makes one; all of them are listed in verbs.cpp.
#pragma once

#include <concepts>
#include <functional>
#include <iosfwd>
#include <utility>

#include "sgilo/cli/option_table.h"
#include "sgilo/cli/terminal_observer.h"
#include "sgilo/machine/common_options.h"
#include "sgilo/runs/run_folder.h"

namespace sgilo {

// What a verb gets besides its options.
struct Console {
  std::ostream& err;
  bool dry_run = false;
  RunMode mode = RunMode::fresh;  // --force, --resume
  Json given;                     // what config file and flags say, defaults left out
  Observer* observer = nullptr;   // prints to err; never null when a verb runs
};

inline constexpr int kInterrupted = 130;

// What a verb says on stdout: `text`, or `json` with --json; and the exit code.
struct Outcome {
  std::string text;
  Json json = Json::object();
  int code = 0;
};

// The outcome of a dry run.
inline Outcome planned(const std::string& plan) { return {plan, {{"plan", plan}}}; }

// What -o names: a folder; a file, which may be "-" (the result's text goes to stderr then); or the
// file that takes the text itself.
enum class OutputKind { folder, file, text };

struct VerbText {
  std::string name;             // "solve", "train score"
  std::string summary;          // one line
  std::string example;          // a whole command
  std::string positional = {};  // the option that words without a flag fill
  std::vector<std::pair<std::string, std::string>> aliases = {};  // {"chains", "solver.chains"}
  bool makes_run = false;                                         // takes --force and --resume
  OutputKind output = OutputKind::folder;
  bool stops_itself = true;  // false: Ctrl-C ends the process, as there is no loop to stop
};

struct Verb {
  VerbText text;
  std::vector<OptionEntry> table;
  std::function<Outcome(const Json& given, Console&)> run;
};

// Prepares threads and device as the options say. Warns of a BLAS that is slow or wrong.
void prepare_machine(const CommonOptions& options, Console& console);

template <Options S>
Verb make_verb(VerbText text, std::function<Outcome(const S&, Console&)> act) {
  return {std::move(text), option_table<S>(), [act](const Json& given, Console& console) {
            S options;
            from_json(given, options);
            if constexpr (std::derived_from<S, CommonOptions>) prepare_machine(options, console);
            return act(options, console);
          }};
}

const std::vector<Verb>& verbs();

}  // namespace sgilo
