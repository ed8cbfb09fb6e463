#include "sgilo/cli/flags.h"

#include <algorithm>
#include <set>

namespace sgilo {
namespace {

std::string value_of(OptionType type) {
  switch (type) {
    case OptionType::boolean:
      return "";
    case OptionType::number:
      return "NUMBER";
    case OptionType::numbers:
      return "NUMBER,...";
    case OptionType::texts:
      return "TEXT,...";
    case OptionType::family:
      return "NAME[:...]";
    case OptionType::other:
      return "JSON";
    case OptionType::text:
      break;
  }
  return "TEXT";
}

Flag common_flag(std::vector<std::string> names, OptionType type, const std::string& value,
                 const std::string& help) {
  return {std::move(names), {.path = "", .type = type, .help = help}, value, true};
}

std::vector<Flag> common_flags(bool makes_run) {
  constexpr OptionType kText = OptionType::text, kSwitch = OptionType::boolean;
  std::vector<Flag> flags{
      common_flag({"--config"}, kText, "FILE",
                  "JSON file of options, such as the config.json of a run; flags win over it"),
      common_flag({"--json"}, kSwitch, "", "result as JSON on stdout"),
      common_flag({"--dry-run"}, kSwitch, "", "say what would be done, and do nothing"),
      common_flag({"-v", "--verbose"}, kSwitch, "", "more messages on stderr"),
      common_flag({"-q", "--quiet"}, kSwitch, "", "warnings only on stderr")};
  if (makes_run) {
    flags.push_back(
        common_flag({"--force"}, kSwitch, "", "replace the run that the output folder holds"));
    flags.push_back(common_flag({"--resume"}, kText, "FOLDER", "run folder to go on with"));
  }
  return flags;
}

Flag flag_of_entry(const Job& job, const OptionEntry& entry) {
  Flag flag{{}, entry, value_of(entry.type)};
  if (entry.path == "output") flag.names.push_back("-o");
  for (const auto& [alias, path] : job.command.aliases)
    if (path == entry.path) flag.names.push_back(flag_of(alias));
  flag.names.push_back(flag_of(entry.path));
  if (entry.type == OptionType::family) flag.names.push_back(flag_of(entry.path + ".kind"));
  return flag;
}

// The long names whose last word is that of `name`: "--noise.sigma" of "--sigma".
std::vector<std::string> with_last_word(const std::set<std::string>& all, const std::string& name) {
  std::vector<std::string> found;
  const std::string last = concat(".", name.substr(2));
  for (const std::string& known : all)
    if (known.ends_with(last)) found.push_back(known);
  return found;
}

}  // namespace

std::string flag_of(std::string path) {
  std::replace(path.begin(), path.end(), '_', '-');
  return "--" + path;
}

std::vector<Flag> listed_flags_of(const Job& job) {
  std::vector<Flag> own, of_members;
  for (const OptionEntry& entry : job.table)
    (entry.member.empty() ? own : of_members).push_back(flag_of_entry(job, entry));
  for (const std::vector<Flag>& more : {common_flags(job.makes_run), of_members})
    own.insert(own.end(), more.begin(), more.end());
  return own;
}

std::vector<Flag> flags_of(const Job& job) {
  std::vector<Flag> flags = listed_flags_of(job);
  std::set<std::string> seen;
  std::erase_if(flags, [&](const Flag& flag) {
    return !flag.common && !seen.insert(flag.entry.path).second;
  });
  return flags;
}

const Flag* find_flag(const std::vector<Flag>& flags, std::string_view name) {
  for (const Flag& flag : flags)
    if (std::find(flag.names.begin(), flag.names.end(), name) != flag.names.end()) return &flag;
  return nullptr;
}

void fail_unknown(const std::vector<Flag>& flags, const std::string& name) {
  std::set<std::string> all{"--help"};
  for (const Flag& flag : flags)
    for (const std::string& known : flag.names)
      if (known.starts_with("--") && !known.ends_with(".kind")) all.insert(known);
  if (!name.starts_with("--"))
    throw ConfigError(concat("unknown option '", name,
                             "'; a name that starts with a dash is written ./", name,
                             " or behind a word --"));
  if (name.find('.') == std::string::npos)
    if (const auto longer = with_last_word(all, name); !longer.empty())
      throw ConfigError(
          concat("unknown option '", name, "', did you mean '", join(longer, "' or '"), "'?"));
  for (std::size_t dot = name.find('.');; dot = name.find('.', dot + 1)) {
    const std::string above = dot == std::string::npos ? name : name.substr(0, dot);
    const std::size_t before = above.rfind('.');
    const std::string parent = before == std::string::npos ? "" : above.substr(0, before + 1);
    std::set<std::string> level;
    for (const std::string& known : all)
      if (known.starts_with(parent)) level.insert(known.substr(0, known.find('.', parent.size())));
    if (level.contains(above) && dot == std::string::npos)
      throw ConfigError(concat("'", name, "' is a group of options; name one of them, for example ",
                               *all.lower_bound(name + ".")));
    if (!level.contains(above))
      throw ConfigError(unknown_name("option", above, {level.begin(), level.end()}));
  }
}

}  // namespace sgilo
