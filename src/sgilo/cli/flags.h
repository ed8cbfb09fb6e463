// The flags of a verb: those of its option table, and those that every verb has.
#pragma once

#include <string>
#include <vector>

#include "sgilo/commands/job.h"

namespace sgilo {

inline bool is_list(const OptionEntry& entry) {
  return entry.type == OptionType::numbers || entry.type == OptionType::texts;
}

struct Flag {
  std::vector<std::string> names;  // "-o", "--output"
  OptionEntry entry;               // a common flag's has neither default nor range
  std::string value;               // how its value is written: "NUMBER", "FILE"
  bool common = false;

  bool is_switch() const { return entry.type == OptionType::boolean; }
};

// In the order of the help: of the table, common ones, of the members of families, each with all of
// its own.
std::vector<Flag> listed_flags_of(const Job& job);

// The same as words of a line have them: an option that several members of a family have is one
// flag, as the first of them describes it.
std::vector<Flag> flags_of(const Job& job);

// "--solver.inner-steps" of the path "solver.inner_steps".
std::string flag_of(std::string path);

// By one of its names; null for a name that is none's.
const Flag* find_flag(const std::vector<Flag>& flags, std::string_view name);

// Throws ConfigError that names the level at which the word leaves the table, what is known there,
// and the nearest.
[[noreturn]] void fail_unknown(const std::vector<Flag>& flags, const std::string& name);

}  // namespace sgilo
