#include "sgilo/cli/command_line.h"

#include <algorithm>
#include <map>

#include "sgilo/cli/flag_values.h"
#include "sgilo/commands/options_file.h"
#include "sgilo/core/utf8.h"
#include "sgilo/core/value_words.h"

namespace sgilo {
namespace {

// The words of a verb's line, each with the flag that it belongs to.
class LineReader {
 public:
  LineReader(const Job& job, const std::vector<Flag>& flags, const std::vector<std::string>& words)
      : job_(job), flags_(flags), words_(words) {
    if (!job.command.positional.empty())
      positional_ = find_flag(flags, flag_of(job.command.positional));
  }

  void read() {
    while (at_ < words_.size()) {
      const std::string& word = words_[at_++];
      if (word == "--") {
        while (at_ < words_.size()) take_positional(words_[at_++]);
      } else if (word.size() > 1 && word.starts_with("-")) {
        take_flag(word);
      } else {
        take_positional(word);
      }
    }
  }

  // Null for a flag that is not given.
  const std::vector<std::string>* given(const Flag& flag) const {
    const auto found = given_.find(&flag);
    return found == given_.end() ? nullptr : &found->second;
  }
  const std::vector<std::string>* given(std::string_view name) const {
    const Flag* flag = find_flag(flags_, name);
    return flag == nullptr ? nullptr : given(*flag);
  }

 private:
  bool is_flag(const std::string& word) const {
    return word.size() > 2 ? word.starts_with("--")
                           : word == "--" || (word.starts_with("-") && find_flag(flags_, word));
  }
  // Whether the next word can be a value at all.
  bool value_follows() const { return at_ < words_.size() && !is_flag(words_[at_]); }

  void take_flag(const std::string& word) {
    const bool is_long = word.starts_with("--");
    const std::size_t end = std::min(is_long ? word.find('=') : 2, word.size());
    std::string name = word.substr(0, end);
    if (is_long) std::replace(name.begin(), name.end(), '_', '-');
    std::optional<std::string> value;
    if (end < word.size()) value = word.substr(end + (word[end] == '=' ? 1 : 0));
    const Flag* flag = find_flag(flags_, name);
    if (flag == nullptr && name.starts_with("--no-"))
      if (const Flag* denied = find_flag(flags_, concat("--", name.substr(5)));
          denied && denied->is_switch())
        return deny(*denied, name, value);
    if (flag == nullptr) fail_unknown(flags_, is_long ? name : word);
    if (flag->is_switch())
      take_switch(*flag, word, value);
    else
      take_values(*flag, name, value);
    last_ = flag;
  }

  void deny(const Flag& flag, const std::string& name, const std::optional<std::string>& value) {
    if (value) throw ConfigError(concat(name, " takes no value, but '", *value, "' is given"));
    given_[&flag] = {"false"};
    last_ = &flag;
  }

  void take_switch(const Flag& flag, const std::string& word, std::optional<std::string> value) {
    const bool letters = value && !word.starts_with("--") && word[2] != '=';  // -vq
    if (!value && value_follows() && boolean_of(words_[at_])) value = words_[at_++];
    std::vector<std::string>& words = given_[&flag];
    if (flag.names.back() != "--verbose") words.clear();  // which counts
    words.push_back(value && !letters ? *value : "true");
    if (flag.common && !boolean_of(words.back()))
      throw ConfigError(
          concat(flag.names.back(), " must be true or false, but is '", words.back(), "'"));
    if (letters) take_flag(concat("-", *value));
  }

  void take_values(const Flag& flag, const std::string& name,
                   const std::optional<std::string>& value) {
    if (!value && !value_follows())
      throw ConfigError(concat(name, " needs ",
                               flag.value == "FOLDER" ? "a folder"
                               : flag.value == "FILE" ? "a file"
                                                      : "a value",
                               ", but ",
                               at_ < words_.size()
                                   ? concat("'", words_[at_].substr(0, words_[at_].find('=')), "'")
                                   : "nothing",
                               " follows"));
    std::vector<std::string>& all = given_[&flag];
    const auto add = [&](const std::string& word) {
      if (!is_list(flag.entry)) return all.assign(1, word);
      const std::vector<std::string> items = items_of(flag.entry, word);
      all.insert(all.end(), items.begin(), items.end());
    };
    add(value ? *value : words_[at_++]);
    while (!value && goes_on(flag)) add(words_[at_++]);
  }

  // Whether a text would be the verb's own word: not when it has one, nor when it takes none like it.
  bool verb_wants(const std::string& text) const {
    if (positional_ == nullptr || positionals_ > 0) return false;
    const std::vector<std::string> accepted = list_items(positional_->entry.accepted);
    const auto is_accepted = [&](const Json& word) {
      return std::find(accepted.begin(), accepted.end(), word) != accepted.end();
    };
    const bool of_few = is_accepted(positional_->entry.default_value);  // words of an enum
    return !of_few || is_accepted(text);
  }

  // Whether the next word is of the list before it: a number is, a text that the verb does not want.
  bool goes_on(const Flag& flag) const {
    if (!is_list(flag.entry) || !value_follows()) return false;
    const std::string& next = words_[at_];
    if (flag.entry.type == OptionType::texts) return !next.starts_with("-") && !verb_wants(next);
    const std::vector<std::string> items = list_items(next);
    return !items.empty() && std::all_of(items.begin(), items.end(), [](const std::string& item) {
      return number_or_text(item).is_number();
    });
  }

  void take_positional(const std::string& word) {
    if (positional_ == nullptr || (positionals_ > 0 && !is_list(positional_->entry)))
      throw ConfigError(concat("'", word, "' is one word too many for sgilo ", job_.name,
                               last_ && last_->is_switch()
                                   ? concat(" (", last_->names.back(), " takes true or false)")
                                   : "",
                               "; see sgilo ", job_.name, " --help"));
    std::vector<std::string>& all = given_[positional_];
    if (!is_list(positional_->entry)) all.clear();
    all.push_back(word);
    ++positionals_;
    last_ = nullptr;
  }

  const Job& job_;
  const std::vector<Flag>& flags_;
  const std::vector<std::string>& words_;
  const Flag* positional_ = nullptr;
  const Flag* last_ = nullptr;  // the flag before the word that is read
  std::size_t at_ = 0, positionals_ = 0;
  std::map<const Flag*, std::vector<std::string>> given_;
};

// What no word of ours starts with: dashes that editors and web pages make of "-" and "--".
void require_plain_dash(const std::string& word) {
  for (const std::string_view dash : {"\u2010", "\u2011", "\u2012", "\u2013", "\u2014", "\u2212"})
    if (word.starts_with(dash))
      throw ConfigError(concat("'", word,
                               "' starts with a typographic dash; write '-' or '--', or ./", word,
                               " for a file of that name"));
}

// The place of "solver.integrator.steps" in a JSON, made when missing.
Json& place_in(Json& json, const std::string& path) {
  Json* at = &json;
  for (std::size_t start = 0; start <= path.size();) {
    const std::string part = path.substr(start, path.find('.', start) - start);
    if (at->is_string()) *at = {{"kind", *at}};  // a family's word alone
    if (!at->is_object() && !at->is_null())
      throw ConfigError(
          concat(path.substr(0, start ? start - 1 : 0), " must be an object, but is ", at->dump()));
    at = &(*at)[part];
    start += part.size() + 1;
  }
  return *at;
}

// What the file says stays, so that the verb refuses what another member of the family does not
// know.
void set_family(Json& place, const Json& value) {
  if (place.is_object())
    place.update(value);
  else
    place = value;
}

// Options and mode before the flags of the table: of a file, or of the run that goes on.
void read_sources(ParsedLine& line, const LineReader& reader, bool makes_run) {
  const auto name_of = [&](std::string_view flag, const char* what) {
    const std::string& name = reader.given(flag)->back();
    if (name.empty()) throw ConfigError(concat(flag, " needs ", what, ", but is empty"));
    return name;
  };
  const auto is_on = [&](std::string_view flag) {
    const auto* words = reader.given(flag);
    return words != nullptr && boolean_of(words->back()).value_or(false);
  };
  line.json = is_on("--json");
  line.dry_run = is_on("--dry-run");
  if (const auto* words = reader.given("--verbose"))
    for (const std::string& word : *words) line.verbosity += boolean_of(word).value_or(false);
  if (is_on("--quiet")) line.verbosity = -1;
  if (makes_run && is_on("--force")) line.mode = RunMode::force;
  if (!makes_run || reader.given("--resume") == nullptr) {
    if (reader.given("--config")) line.given = read_options(name_of("--config", "a file"));
    return;
  }
  if (reader.given("--config") || line.mode == RunMode::force)
    throw ConfigError("--resume goes on with a run as it was, without --config and --force");
  if (reader.given("--output"))
    throw ConfigError("--resume goes on in the run's own folder, without --output");
  line.given = options_of_run(name_of("--resume", "a folder"));
  line.mode = RunMode::resume;
}

}  // namespace

ParsedLine parse_line(const Job& job, const std::vector<std::string>& words) {
  ParsedLine line;
  for (std::size_t i = 0; i < words.size(); ++i)
    if (!is_utf8(words[i]))
      throw ConfigError(
          concat("word ", i + 1, " after sgilo ", job.name, " must be text in UTF-8, and is not"));
  const auto end_of_flags = std::find(words.begin(), words.end(), "--");
  for (auto word = words.begin(); word != end_of_flags; ++word) {
    if (*word == "--help" || *word == "-h") return line.help = true, line;
    require_plain_dash(*word);
  }
  const std::vector<Flag> flags = flags_of(job);
  LineReader reader(job, flags, words);
  reader.read();
  read_sources(line, reader, job.makes_run);
  for (const bool families : {true, false})  // --operator first, then --operator.keep
    for (const Flag& flag : flags) {
      const auto* given = reader.given(flag);
      if (given == nullptr || flag.common || (flag.entry.type == OptionType::family) != families)
        continue;
      const Json value = value_of(flag.entry, *given, job.table);
      Json& place = place_in(line.given, flag.entry.path);
      if (families)
        set_family(place, value);
      else
        place = value;
    }
  return line;
}

}  // namespace sgilo
