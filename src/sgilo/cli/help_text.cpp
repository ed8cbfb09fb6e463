#include "sgilo/cli/help_text.h"

#include "sgilo/cli/flags.h"
#include "sgilo/commands/value_grammar.h"

namespace sgilo {
namespace {

// "(positive; default 4)" behind the option's own words.
std::string description_of(const Flag& flag) {
  const OptionEntry& entry = flag.entry;
  std::string brackets = entry.accepted;
  const std::string shown = entry.default_value.is_string() ? entry.default_value.get<std::string>()
                                                            : entry.default_value.dump();
  if (!flag.common && !shown.empty() && shown != "[]" && entry.type != OptionType::other)
    brackets += concat(brackets.empty() ? "" : "; ", "default ", shown);
  return brackets.empty() ? entry.help : concat(entry.help, " (", brackets, ")");
}

// "-o, --output TEXT", "--[no-]trust"
std::string names_of(const Flag& flag) {
  std::string text;
  for (const std::string& name : flag.names)
    text += concat(text.empty() ? "" : ", ",
                   flag.is_switch() && !flag.common ? concat("--[no-]", name.substr(2)) : name);
  return flag.value.empty() ? text : concat(text, " ", flag.value);
}

// Two columns; what does not fit into the first has a line of its own.
std::string row(const std::string& left, const std::string& right, int columns, int left_columns) {
  const auto width = static_cast<std::size_t>(left_columns);
  std::string text = concat("  ", left);
  if (text.size() + 1 > width) text += "\n";
  text.append(text.ends_with('\n') ? width : width - text.size(), ' ');
  return concat(text, wrapped(right, columns - left_columns, left_columns), "\n");
}

}  // namespace

std::string help_text(const Job& job, int columns) {
  const int left = columns * 38 / 100;
  std::string text = concat(wrapped(job.help, columns), "\n\nUsage: sgilo ", job.name);
  std::string group = "Options", rows = row("-h, --help", "this text", columns, left);
  for (const Flag& flag : listed_flags_of(job)) {
    const OptionEntry& entry = flag.entry;
    if (!flag.common && entry.path == job.command.positional)
      text += concat(" [", entry.path, is_list(entry) ? "..." : "", "]");
    const std::string own = entry.member.empty()
                                ? "Options"
                                : concat("With ", flag_of(entry.family), " ", entry.member);
    if (own != group) rows += concat("\n", group = own, ":\n");
    rows += row(names_of(flag), description_of(flag), columns, left);
  }
  text += concat(" [options]\n\nOptions:\n", rows, "\nHow values are written:\n");
  for (const GrammarLine& line : kValueGrammar)
    text += row(std::string(line.what), std::string(line.text), columns, 18);
  return concat(text, "\nExample:\n  ", job.command.example, "\n");
}

std::string wrapped(const std::string& text, int width, int indent) {
  std::string out;
  std::size_t line = 0;  // columns of the last line
  for (std::size_t start = 0; start < text.size();) {
    const std::string word = text.substr(start, text.find(' ', start) - start);
    start += word.size() + 1;
    if (line > 0 && line + 1 + word.size() > static_cast<std::size_t>(width)) {
      out += '\n';
      out.append(static_cast<std::size_t>(indent), ' ');
      line = 0;
    } else if (line > 0) {
      out += ' ';
      ++line;
    }
    out += word;
    line += word.size();
  }
  return out;
}

}  // namespace sgilo
