// sgilo options: docs/options.md from the option tables.
#include "sgilo/cli/verb.h"
#include "sgilo/files/atomic_file.h"

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
      "short for\n`--solver.kind=X`, and families take `name:key=value,key=value`.\n";
  for (const Verb& verb : verbs()) {
    text += concat("\n## sgilo ", verb.text.name, "\n\n", verb.text.summary, "\n\n```\n",
                   verb.text.example,
                   "\n```\n\n| option | default | accepted | meaning |\n|---|---|---|---|\n");
    for (const OptionEntry& entry : verb.table)
      text += concat("| `", entry.path, "`",
                     entry.member.empty() ? "" : concat(" (", entry.member, ")"), " | `",
                     entry.default_value.dump(), "` | ", cell(entry.accepted), " | ",
                     cell(entry.help), " |\n");
  }
  return text;
}

Outcome act(const OptionsOptions& options, Console& console) {
  if (options.output == "-") return {manual(), {{"markdown", manual()}}};
  if (!console.dry_run) write_file_atomically(options.output, manual());
  return {concat(options.output, "\n"), {{"output", options.output}}};
}

}  // namespace

Verb options_verb() {
  return make_verb<OptionsOptions>({"options",
                                    "writes the manual of all options",
                                    "sgilo options -o docs/options.md",
                                    "",
                                    {},
                                    false,
                                    OutputKind::text},
                                   act);
}

}  // namespace sgilo
