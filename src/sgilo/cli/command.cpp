#include "sgilo/cli/command.h"

#include <new>
#include <ostream>

#include "sgilo/cli/command_line.h"
#include "sgilo/workflows/build_info.h"
#include "sgilo/workflows/system_info.h"

namespace sgilo {
namespace {

std::string version_text() {
  return concat("sgilo ", project_version(), " (", project_commit(), "), libtorch ", TORCH_VERSION,
                "\n");
}

std::string overview() {
  std::string text =
      "sgilo <verb> [options]: restores images by sampling a generator's posterior\n\n";
  for (const Verb& verb : verbs())
    text += concat("  ", verb.text.name,
                   std::string(18 - std::min<std::size_t>(17, verb.text.name.size()), ' '),
                   verb.text.summary, "\n");
  return text +
         "\n'sgilo <verb> --help' lists a verb's options with an example. Every verb takes "
         "--config "
         "file.json,\n--json, --dry-run, -v, -q; --a.b=c sets an option at that path of the "
         "JSON.\n";
}

// The verb that the first words name, "train score" before "train", and how many words that takes.
std::pair<const Verb*, std::size_t> find_verb(const std::vector<std::string>& words) {
  for (std::size_t taken : {std::size_t{2}, std::size_t{1}}) {
    if (words.size() < taken) continue;
    const std::string name = taken == 2 ? words[0] + " " + words[1] : words[0];
    for (const Verb& verb : verbs())
      if (verb.text.name == name) return {&verb, taken};
  }
  std::vector<std::string> known;
  for (const Verb& verb : verbs()) known.push_back(verb.text.name);
  known.insert(known.end(), {"help", "version"});
  throw ConfigError(unknown_name("verb", words[0], known));
}

int run_words(const std::vector<std::string>& words, std::ostream& out, std::ostream& err,
              bool terminal) {
  if (words.empty() || words[0] == "--help" || words[0] == "-h" ||
      (words[0] == "help" && words.size() == 1)) {
    out << overview();
    return 0;
  }
  if (words[0] == "--version" || words[0] == "version") {
    out << version_text();
    return 0;
  }
  if (words[0] == "help") {
    out << help_text(*find_verb({words.begin() + 1, words.end()}).first);
    return 0;
  }
  const auto [verb, taken] = find_verb(words);
  const ParsedLine line =
      parse_line(*verb, {words.begin() + static_cast<std::ptrdiff_t>(taken), words.end()});
  if (line.help) {
    out << help_text(*verb);
    return 0;
  }
  TerminalObserver observer(err, line.verbosity, terminal);
  Console console{err, line.dry_run, line.mode, line.given, &observer};
  const Outcome outcome = verb->run(line.given, console);
  if (line.json)
    out << outcome.json.dump(2) << '\n';
  else
    out << outcome.text;
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
                bool terminal) {
  const auto failed = [&](int code, const std::string& text) {
    err << "sgilo: " << text << '\n';
    return code;
  };
  try {
    return run_words(words, out, err, terminal);
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
