// A job as a verb with flags: from words to one JSON, defaults <- config file <- flags. A flag is a
// JSON path (--solver.integrator.step-size=0.1, dashes and underscores alike); a flag that names a
// family takes the one-line grammar (--operator "inpaint:keep=0.05|grayscale", --solver csgm).
// commands/value_grammar.h tells people how values are written.
#pragma once

#include "sgilo/commands/job.h"

namespace sgilo {

struct ParsedLine {
  Json given = Json::object();  // the job's options, as the file and the flags say
  bool help = false, json = false, dry_run = false;
  int verbosity = 0;
  RunMode mode = RunMode::fresh;
};

// `words` are those behind the verb. Throws ConfigError, whose text names the nearest known option;
// FormatError for the config file.
ParsedLine parse_line(const Job& job, const std::vector<std::string>& words);

}  // namespace sgilo
