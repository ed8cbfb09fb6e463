// The manual of all options, docs/options.md, from the option tables.
#include "sgilo/commands/jobs.h"
#include "sgilo/commands/value_grammar.h"
#include "sgilo/files/atomic_file.h"
#include "sgilo/files/output_name.h"

namespace sgilo {
namespace {

struct OptionsOptions {
  std::string output = "-";
  static constexpr auto fields() {
    return std::tuple{field("output", &OptionsOptions::output, "file to write (-: stdout)")};
  }
};

// Text inside a cell of a Markdown table.
std::string cell(std::string text) {
  for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2)
    text.insert(at, 1, '\\');
  return text;
}

std::string manual() {
  std::string text =
      "# Options\n\nWritten by `sgilo options -o docs/options.md` from the option tables in the "
      "sources. An option is a JSON path: `--config file.json` holds\nthe same as an object, and "
      "`--solver.chains=4` sets one place of it; dashes and underscores are alike. `--solver X` is "
      "short for\n`--solver.kind=X`, and families take `name:key=value,key=value`.\n\n"
      "| on the command line | is written |\n|---|---|\n";
  for (const GrammarLine& line : kValueGrammar)
    text += concat("| ", line.what, " | ", cell(std::string(line.text)), " |\n");
  for (const Job& job : jobs()) {
    text += concat("\n## sgilo ", job.name, "\n\n", job.help, "\n\n```\n", job.command.example,
                   "\n```\n\n| option | default | accepted | meaning |\n|---|---|---|---|\n");
    for (const OptionEntry& entry : job.table)
      text += concat("| `", entry.path, "`",
                     entry.member.empty() ? "" : concat(" (", entry.member, ")"), " | `",
                     entry.default_value.dump(), "` | ", cell(entry.accepted), " | ",
                     cell(entry.help), " |\n");
  }
  return text;
}

std::string plan(const OptionsOptions& options) {
  require_file_ending("output", options.output, {".md", ".txt"});
  return concat("would write ", options.output, ": the options of ", jobs().size(), " verbs\n");
}

Json run_options(const OptionsOptions& options, Observer&) {
  require_file_ending("output", options.output, {".md", ".txt"});
  if (options.output == "-") return {{"markdown", manual()}};
  write_file_atomically(options.output, manual());
  return {{"output", options.output}};
}

std::string text_options(const Json& result) {
  return result.contains("markdown") ? result.value("markdown", "")
                                     : concat(result.value("output", ""), "\n");
}

}  // namespace

Job options_job() {
  return make_job<OptionsOptions>(
      {.name = "options",
       .help = "writes the manual of all options",
       .command = {.example = "sgilo options -o docs/options.md", .output = OutputKind::text}},
      plan, run_options, text_options);
}

}  // namespace sgilo
