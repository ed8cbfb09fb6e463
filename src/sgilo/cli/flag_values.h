// From the words of a flag to the value of its option, by the types of the option table.
#pragma once

#include "sgilo/cli/flags.h"

namespace sgilo {

// The texts that one word adds to a list: those of "a,b", "[a,b]" and ["a", "b"]. A text with commas
// that names a file is one.
std::vector<std::string> items_of(const OptionEntry& entry, const std::string& word);

// The value of an option that was given these words: the items of a list, otherwise the last word
// counts. What does not read as the type says remains a text, which the option's reader refuses.
// `table`: of the verb, for the options of a family. Throws ConfigError.
Json value_of(const OptionEntry& entry, const std::vector<std::string>& words,
              const std::vector<OptionEntry>& table);

}  // namespace sgilo
