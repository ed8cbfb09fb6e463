#include "sgilo/cli/command.h"

#include <algorithm>
#include <csignal>
#include <new>
#include <ostream>

#include "sgilo/cli/command_line.h"
#include "sgilo/cli/quiet_decoding.h"
#include "sgilo/machine/build_info.h"
#include "sgilo/machine/system_info.h"

namespace sgilo {
namespace {

std::string version_text() {
  return concat("sgilo ", project_version(), " (", project_commit(), "), libtorch ", TORCH_VERSION,
                "\n");
}

// One line for each verb whose name starts so.
std::string verb_list(const std::string& start, int columns) {
  std::string text;
  for (const Verb& verb : verbs())
    if (verb.text.name.starts_with(start))
      text += concat("  ", verb.text.name,
                     std::string(18 - std::min<std::size_t>(17, verb.text.name.size()), ' '),
                     wrapped(verb.text.summary, columns - 20, 20), "\n");
  return text;
}

std::string overview(int columns) {
  return concat(
      wrapped("sgilo <verb> [options]: restores images by sampling a generator's posterior",
              columns),
      "\n\n", verb_list("", columns), "\n",
      wrapped("'sgilo <verb> --help' lists a verb's options with an example. Every verb takes "
              "--config file.json, --json, --dry-run, -v, -q; --a.b=c sets an option at that path "
              "of the JSON.",
              columns),
      "\n");
}

// The second words of "train": generator, classifier, score; none for a verb of one word.
std::vector<std::string> second_words(const std::string& first) {
  std::vector<std::string> seconds;
  for (const Verb& verb : verbs())
    if (verb.text.name.starts_with(first + " "))
      seconds.push_back(verb.text.name.substr(first.size() + 1));
  return seconds;
}

bool asks_for_help(const std::string& word) { return word == "--help" || word == "-h"; }

// The verb that the first words name, "train score" before "train", and how many words that takes.
std::pair<const Verb*, std::size_t> find_verb(const std::vector<std::string>& words) {
  for (std::size_t taken : {std::size_t{2}, std::size_t{1}}) {
    if (words.size() < taken) continue;
    const std::string name = taken == 2 ? words[0] + " " + words[1] : words[0];
    for (const Verb& verb : verbs())
      if (verb.text.name == name) return {&verb, taken};
  }
  if (std::vector<std::string> seconds = second_words(words[0]); !seconds.empty()) {
    const std::string last = seconds.back();
    seconds.pop_back();
    throw ConfigError(concat("sgilo ", words[0], " needs a second word: ", join(seconds),
                             seconds.empty() ? "" : " or ", last,
                             words.size() > 1 ? concat(", but '", words[1], "' follows") : ""));
  }
  std::vector<std::string> known;
  for (const Verb& verb : verbs()) known.push_back(verb.text.name);
  known.insert(known.end(), {"help", "version"});
  throw ConfigError(unknown_name("verb", words[0], known));
}

// The help of a verb, or of those that share their first word.
std::string help_of(const std::vector<std::string>& words, int columns) {
  const auto is_verb = [&](const Verb& verb) { return verb.text.name == words[0]; };
  if (words.size() == 1 && !second_words(words[0]).empty() &&
      std::none_of(verbs().begin(), verbs().end(), is_verb))
    return concat("sgilo ", words[0], " <word> [options]:\n\n", verb_list(words[0] + " ", columns));
  return help_text(*find_verb(words).first, columns);
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
  const Verb* verb = found.first;
  const ParsedLine line =
      parse_line(*verb, {words.begin() + static_cast<std::ptrdiff_t>(found.second), words.end()});
  if (line.help) {
    out << help_text(*verb, columns);
    return 0;
  }
  if (!verb->text.stops_itself)
    for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, SIG_DFL);
  const Outcome outcome = [&] {
    const QuietDecoding quiet;
    TerminalObserver observer(err, line.verbosity, terminal);
    Console console{err, line.dry_run, line.mode, line.given, &observer};
    return verb->run(line.given, console);
  }();
  const bool output_took_stdout =
      verb->text.output == OutputKind::file && line.given.value("output", "") == "-";
  (output_took_stdout ? err : out) << (line.json ? outcome.json.dump(2) + "\n" : outcome.text);
  return outcome.code;
}

// The one sentence of an error of a library: its first line.
std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

void prepare_machine(const CommonOptions& options, Console& console) {
  device_of(options.device);
  set_threads(options.threads);
  keep_freed_memory();
  for (const std::string& warning : blas_warnings()) console.observer->on_warning(warning);
}

int run_command(const std::vector<std::string>& words, std::ostream& out, std::ostream& err,
                bool terminal, int columns) {
  const auto failed = [&](int code, const std::string& text) {
    err << "sgilo: " << text << '\n';
    return code;
  };
  try {
    const int code = run_words(words, out, err, terminal, std::clamp(columns, 60, kHelpColumns));
    if (!out.flush()) throw Error("stdout: cannot be written");
    return code;
  } catch (const ConfigError& error) {
    return failed(2, error.what());
  } catch (const FormatError& error) {
    return failed(3, error.what());
  } catch (const NumericError& error) {
    return failed(4, error.what());
  } catch (const Error& error) {
    return failed(1, error.what());
  } catch (const std::bad_alloc&) {
    return failed(1, "the memory does not suffice");
  } catch (const std::exception& error) {
    return failed(1, concat("this is a fault of the program: ", first_line(error.what())));
  }
}

}  // namespace sgilo
