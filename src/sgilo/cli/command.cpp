#include "sgilo/cli/command.h"

#include <algorithm>
#include <csignal>
#include <new>
#include <ostream>

#include "sgilo/cli/command_line.h"
#include "sgilo/cli/failure.h"
#include "sgilo/cli/help_text.h"
#include "sgilo/cli/terminal_observer.h"
#include "sgilo/commands/jobs.h"
#include "sgilo/core/escape.h"
#include "sgilo/machine/build_info.h"

namespace sgilo {
namespace {

constexpr int kCheckFailed = 4, kInterrupted = 130;

std::string version_text() {
  return concat("sgilo ", project_version(), " (", project_commit(), "), libtorch ", TORCH_VERSION,
                "\n");
}

// One line for each verb whose name starts so.
std::string verb_list(const std::string& start, int columns) {
  std::string text;
  for (const Job& job : jobs())
    if (job.name.starts_with(start))
      text +=
          concat("  ", job.name, std::string(18 - std::min<std::size_t>(17, job.name.size()), ' '),
                 wrapped(job.help, columns - 20, 20), "\n");
  return text;
}

std::string overview(int columns) {
  return concat(
      wrapped("sgilo <verb> [options]: restores images by sampling a generator's posterior",
              columns),
      "\n\n", verb_list("", columns), "\n",
      wrapped(
          "'sgilo <verb> --help' lists a verb's options, how their values are written, and an "
          "example. Every verb takes --config file.json, --json, --dry-run, -v, -q; --a.b=c sets "
          "an option at that path of the JSON.",
          columns),
      "\n\nExample:\n"
      "  sgilo demo -o demo/\n"
      "  sgilo measure face.png --size 64 --operator inpaint:keep=0.05 -o y.safetensors\n"
      "  sgilo solve y.safetensors --chains 4 -o run/      # then open run/report.html\n"
      "  sgilo compare run/ --reference face.png\n");
}

// The second words of "train": generator, classifier, score; none for a verb of one word.
std::vector<std::string> second_words(const std::string& first) {
  std::vector<std::string> seconds;
  for (const Job& job : jobs())
    if (job.name.starts_with(first + " ")) seconds.push_back(job.name.substr(first.size() + 1));
  return seconds;
}

bool asks_for_help(const std::string& word) { return word == "--help" || word == "-h"; }

// The verb that the first words name, "train score" before "train", and how many words that takes.
std::pair<const Job*, std::size_t> find_verb(const std::vector<std::string>& words) {
  for (std::size_t taken : {std::size_t{2}, std::size_t{1}}) {
    if (words.size() < taken) continue;
    const std::string name = taken == 2 ? words[0] + " " + words[1] : words[0];
    if (const Job* job = find_job(name)) return {job, taken};
  }
  if (std::vector<std::string> seconds = second_words(words[0]); !seconds.empty()) {
    const std::string last = seconds.back();
    seconds.pop_back();
    throw ConfigError(concat("sgilo ", words[0], " needs a second word: ", join(seconds),
                             seconds.empty() ? "" : " or ", last,
                             words.size() > 1 ? concat(", but '", words[1], "' follows") : ""));
  }
  if (words[0].starts_with("-"))
    throw ConfigError(concat("the verb comes first, 'sgilo <verb> [options]', but '", words[0],
                             "' does; sgilo --help lists the verbs"));
  std::vector<std::string> known;
  for (const Job& job : jobs()) known.push_back(job.name);
  known.insert(known.end(), {"help", "version"});
  throw ConfigError(unknown_name("verb", words[0], known));
}

// The help of a verb, or of those that share their first word.
std::string help_of(const std::vector<std::string>& words, int columns) {
  if (words.size() == 1 && !second_words(words[0]).empty() && find_job(words[0]) == nullptr)
    return concat("sgilo ", words[0], " <word> [options]:\n\n", verb_list(words[0] + " ", columns));
  return help_text(*find_verb(words).first, columns);
}

int exit_code_of(const Json& result) {
  if (!finished(result)) return kInterrupted;
  return passed(result) ? 0 : kCheckFailed;
}

// The lines as a terminal may get them, since names in files may hold anything.
std::string escaped_lines(std::string_view text) {
  std::string out;
  for (std::size_t end = text.find('\n'); end != text.npos; end = text.find('\n')) {
    out += escaped(text.substr(0, end)) + '\n';
    text.remove_prefix(end + 1);
  }
  return out + escaped(text);
}

// JSON has its own way to write what a terminal would obey.
std::string json_text(const Json& result) {
  const auto text = [&](bool ascii) {
    return result.dump(2, ' ', ascii, Json::error_handler_t::replace);
  };
  const std::string plain = text(false);
  return plain == escaped_lines(plain) ? plain : text(true);
}

int run_words(const std::vector<std::string>& words, std::ostream& out, std::ostream& err,
              bool terminal, int columns) {
  if (words.empty() || asks_for_help(words[0]) || (words[0] == "help" && words.size() == 1)) {
    out << overview(columns);
    return 0;
  }
  if (words[0] == "--version" || words[0] == "version") {
    out << version_text();
    return 0;
  }
  if (words[0] == "help") {
    out << help_of({words.begin() + 1, words.end()}, columns);
    return 0;
  }
  if (words.size() > 1 && asks_for_help(words[1]) && !second_words(words[0]).empty()) {
    out << help_of({words[0]}, columns);
    return 0;
  }
  const auto found = find_verb(words);
  const Job& job = *found.first;
  const ParsedLine line =
      parse_line(job, {words.begin() + static_cast<std::ptrdiff_t>(found.second), words.end()});
  if (line.help) {
    out << help_text(job, columns);
    return 0;
  }
  if (!job.command.stops_itself)
    for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, SIG_DFL);
  const Json result = [&] {
    TerminalObserver observer(err, line.verbosity, terminal);
    return line.dry_run ? job.plan(line.given, observer) : job.run(line.given, line.mode, observer);
  }();
  const OutputKind kind = job.command.output;
  const bool output_took_stdout = (kind == OutputKind::file || kind == OutputKind::either) &&
                                  line.given.value("output", "") == "-";
  (output_took_stdout ? err : out)
      << (line.json ? json_text(result) + "\n"
                    : escaped_lines(line.dry_run ? result.value("plan", "") : job.text(result)));
  return exit_code_of(result);
}

// Says what went wrong, of the exception in flight, be there memory for the words or not.
int failed(std::ostream& err) {
  try {
    const Failure failure = current_failure();
    err << "sgilo: " << escaped(failure.sentence) << '\n';
    return failure.code;
  } catch (const std::bad_alloc&) {
    err << "sgilo: the memory does not suffice\n";
    return 1;
  }
}

}  // namespace

int run_command(const std::vector<std::string>& words, std::ostream& out, std::ostream& err,
                bool terminal, int columns) {
  try {
    const int code = run_words(words, out, err, terminal, std::clamp(columns, 60, kHelpColumns));
    if (!out.flush()) throw Error("stdout: cannot be written");
    return code;
  } catch (...) {
    return failed(err);
  }
}

}  // namespace sgilo
