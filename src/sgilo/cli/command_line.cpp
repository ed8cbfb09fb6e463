#include "sgilo/cli/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <set>

#include "sgilo/operators/make_operator.h"
#include "sgilo/operators/option_text.h"

namespace sgilo {
namespace {

std::string flag_of(std::string path) {
  std::replace(path.begin(), path.end(), '_', '-');
  return "--" + path;
}

// The names of flags with dashes throughout, values as they are.
std::vector<std::string> with_dashes(std::vector<std::string> words) {
  for (std::string& word : words) {
    if (word == "--") break;
    if (word.starts_with("--"))
      std::replace(
          word.begin(),
          word.begin() + static_cast<std::ptrdiff_t>(std::min(word.find('='), word.size())), '_',
          '-');
  }
  return words;
}

Json number_or_text(const std::string& text) {
  const char *begin = text.data(), *end = begin + text.size();
  std::int64_t whole = 0;
  if (const auto [at, error] = std::from_chars(begin, end, whole);
      error == std::errc() && at == end)
    return whole;
  double number = 0;
  if (const auto [at, error] = std::from_chars(begin, end, number);
      error == std::errc() && at == end && std::isfinite(number))
    return number;
  return text;
}

Json value_of(const OptionEntry& entry, const std::vector<std::string>& words) {
  const std::string& last = words.back();
  switch (entry.type) {
    case OptionType::boolean:
      if (last == "true" || last == "1") return true;
      if (last == "false" || last == "0" || last == "-1") return false;
      return last;
    case OptionType::number:
      return number_or_text(last);
    case OptionType::numbers: {
      Json list = Json::array();
      for (std::size_t start = 0; start <= last.size();) {
        const std::string part = last.substr(start, last.find(',', start) - start);
        list.push_back(number_or_text(part));
        start += part.size() + 1;
      }
      return list;
    }
    case OptionType::texts:
      return Json(words);
    case OptionType::text:
      return last;
    case OptionType::family:
      return entry.path == "operator" ? parse_operator(last) : parse_option_text(entry.path, last);
    case OptionType::other:
      break;
  }
  try {
    return Json::parse(last);
  } catch (const nlohmann::json::exception&) {
    throw ConfigError(concat(flag_of(entry.path), " must be JSON, but is '", last, "'"));
  }
}

// The place of "solver.langevin.steps" in a JSON, made when missing.
Json& place_in(Json& json, const std::string& path) {
  Json* at = &json;
  for (std::size_t start = 0; start <= path.size();) {
    const std::string part = path.substr(start, path.find('.', start) - start);
    if (!at->is_object() && !at->is_null())
      throw ConfigError(
          concat(path.substr(0, start ? start - 1 : 0), " must be an object, but is ", at->dump()));
    at = &(*at)[part];
    start += part.size() + 1;
  }
  return *at;
}

// Another member of a family starts from its own defaults; the same one keeps what the file says.
void set_family(Json& place, const OptionEntry& entry, const Json& value) {
  const bool same = place.is_object() && place.value("kind", entry.default_value) == value["kind"];
  if (same)
    place.update(value);
  else
    place = value;
}

const std::vector<std::pair<std::string, std::string>> kCommonFlags{
    {"--config", "JSON file of options, such as the config.json of a run; flags go before it"},
    {"--json", "result as JSON on stdout"},
    {"--dry-run", "say what would be done, and do nothing"},
    {"--verbose", "more messages on stderr"},
    {"--quiet", "warnings only on stderr"},
    {"--force", "replace the run that the output folder holds"},
    {"--resume", "run folder to go on with"}};

bool has_flag(const Verb& verb, const std::string& flag) {
  return verb.text.makes_run || (flag != "--force" && flag != "--resume");
}

// Names the level at which a flag leaves the table, and what is known there.
[[noreturn]] void fail_unknown(const Verb& verb, const std::string& word) {
  const std::string flag = word.substr(0, word.find('='));
  std::set<std::string> all{"--help"};
  for (const auto& [name, help] : kCommonFlags)
    if (has_flag(verb, name)) all.insert(name);
  for (const auto& [alias, path] : verb.text.aliases) all.insert(flag_of(alias));
  for (const OptionEntry& entry : verb.table) all.insert(flag_of(entry.path));
  for (std::size_t dot = flag.find('.');; dot = flag.find('.', dot + 1)) {
    const std::string above = dot == std::string::npos ? flag : flag.substr(0, dot);
    const std::size_t before = above.rfind('.');
    const std::string parent = before == std::string::npos ? "" : above.substr(0, before + 1);
    std::set<std::string> level;
    for (const std::string& name : all)
      if (name.starts_with(parent)) level.insert(name.substr(0, name.find('.', parent.size())));
    if (!level.contains(above) || dot == std::string::npos)
      throw ConfigError(unknown_name("option", above, {level.begin(), level.end()}));
  }
}

// One CLI11 application for the flags of a verb, and which of its options fills which entry.
struct Parser {
  explicit Parser(const Verb& verb);

  CLI::App app;
  std::vector<std::pair<const OptionEntry*, CLI::Option*>> options;
};

std::string description_of(const OptionEntry& entry) {
  std::string brackets = entry.accepted;
  const std::string shown = entry.default_value.is_string() ? entry.default_value.get<std::string>()
                                                            : entry.default_value.dump();
  if (!shown.empty() && shown != "[]" && entry.type != OptionType::other)
    brackets += concat(brackets.empty() ? "" : "; ", "default ", shown);
  return brackets.empty() ? entry.help : concat(entry.help, " (", brackets, ")");
}

std::string type_name_of(OptionType type) {
  switch (type) {
    case OptionType::number:
      return "NUMBER";
    case OptionType::numbers:
      return "NUMBER,...";
    case OptionType::family:
      return "NAME[:KEY=VALUE,...]";
    case OptionType::other:
      return "JSON";
    default:
      return "TEXT";
  }
}

Parser::Parser(const Verb& verb) : app(verb.text.summary, "sgilo " + verb.text.name) {
  app.allow_extras();
  app.set_help_flag("-h,--help", "this text");
  app.get_formatter()->column_width(38);
  app.footer("Example:\n  " + verb.text.example);
  const CLI::callback_t nothing = [](const CLI::results_t&) { return true; };
  std::set<std::string> seen;
  for (const OptionEntry& entry : verb.table) {
    if (!seen.insert(entry.path).second) continue;  // several members of a family have it
    std::string names = flag_of(entry.path);
    if (entry.type == OptionType::family) names += "," + flag_of(entry.path + ".kind");
    if (entry.path == "output") names = "-o," + names;
    if (entry.path == verb.text.positional) names = entry.path + "," + names;
    for (const auto& [alias, path] : verb.text.aliases)
      if (path == entry.path) names = flag_of(alias) + "," + names;
    const std::string description = description_of(entry);
    CLI::Option* option = nullptr;
    if (entry.type == OptionType::boolean) {
      option = app.add_flag(names, description);
    } else {
      option = app.add_option(names, nothing, description);
      option->type_name(type_name_of(entry.type));
      if (entry.type == OptionType::texts)  // each flag takes one word; words without flag add up
        option->expected(1, CLI::detail::expected_max_vector_size)
            ->allow_extra_args(entry.path == verb.text.positional);
    }
    if (entry.type != OptionType::texts)
      option->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    if (!entry.member.empty())
      option->group(
          concat("With --", entry.path.substr(0, entry.path.find('.')), " ", entry.member));
    options.emplace_back(&entry, option);
  }
  for (const auto& [flag, help] : kCommonFlags) {
    if (!has_flag(verb, flag)) continue;
    const std::string name = flag == "--verbose" ? "-v," + flag
                             : flag == "--quiet" ? "-q," + flag
                                                 : flag;
    if (flag == "--config" || flag == "--resume")
      app.add_option(name, nothing, help)->type_name(flag == "--config" ? "FILE" : "FOLDER");
    else
      app.add_flag(name, help);
  }
}

Json read_config(const std::string& file) {
  const Json json = read_json_file(file);
  if (!json.is_object())
    throw ConfigError(concat(file, " must hold an object of options, but holds ", json.dump()));
  return json;
}

}  // namespace

ParsedLine parse_line(const Verb& verb, const std::vector<std::string>& words) {
  Parser parser(verb);
  CLI::App& app = parser.app;
  ParsedLine out;
  std::vector<std::string> reversed = with_dashes(words);
  std::reverse(reversed.begin(), reversed.end());
  try {
    app.parse(reversed);
  } catch (const CLI::CallForHelp&) {
    out.help = true;
    return out;
  } catch (const CLI::ParseError& error) {
    throw ConfigError(error.what());
  }
  for (const std::string& word : app.remaining()) {
    if (word.starts_with("-") && word.size() > 1) fail_unknown(verb, word);
    throw ConfigError(concat("'", word, "' is one word too many for sgilo ", verb.text.name,
                             "; see sgilo ", verb.text.name, " --help"));
  }
  out.json = app.count("--json") > 0;
  out.dry_run = app.count("--dry-run") > 0;
  out.verbosity = app.count("--quiet") > 0 ? -1 : static_cast<int>(app.count("--verbose"));

  if (app.count("--config") > 0) out.given = read_config(app["--config"]->results().back());
  if (verb.text.makes_run && app.count("--resume") > 0) {
    if (app.count("--config") > 0 || app.count("--force") > 0)
      throw ConfigError("--resume goes on with a run as it was, without --config and --force");
    const std::string folder = app["--resume"]->results().back();
    const auto config = std::filesystem::path(folder) / "config.json";
    if (!std::filesystem::exists(config))
      throw ConfigError(concat(folder, " holds no run that could be resumed"));
    out.given = read_config(config.string());
    out.given["output"] = folder;
    out.mode = RunMode::resume;
  } else if (verb.text.makes_run && app.count("--force") > 0) {
    out.mode = RunMode::force;
  }

  for (const bool families : {true, false})  // --operator first, then --operator.keep
    for (const auto& [entry, option] : parser.options) {
      if (option->count() == 0 || (entry->type == OptionType::family) != families) continue;
      const Json value = value_of(*entry, option->results());
      Json& place = place_in(out.given, entry->path);
      if (families)
        set_family(place, *entry, value);
      else
        place = value;
    }
  return out;
}

std::string help_text(const Verb& verb) { return Parser(verb).app.help(); }

}  // namespace sgilo
