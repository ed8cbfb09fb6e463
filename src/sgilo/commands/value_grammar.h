// How values are written on the command line, said once: the help of every verb and the manual show
// it.
#pragma once

#include <array>
#include <string_view>

namespace sgilo {

struct GrammarLine {
  std::string_view what, text;
};

inline constexpr std::array kValueGrammar{
    GrammarLine{
        "switches",
        "--x, --no-x, --x=false or --x false; the words are true, yes, on, 1 and false, no, "
        "off, 0"},
    GrammarLine{
        "lists",
        "--x 1,4 or --x 1 4 or --x=[1,4], or the flag once for each. Words go to the verb "
        "itself before they go to a list of texts. A text with commas is one where it names "
        "a file, or in JSON: '--x=[\"a,b\"]'"},
    GrammarLine{"name:key=value",
                "values as on flags, lists in brackets: --x name:layers=[1,2],other=false, or "
                "numbers alone: name:steps=10,10"},
    GrammarLine{"twice",
                "a list takes the values of all its flags, any other option that of the last one. "
                "Flags win over --config, a list as a whole"},
    GrammarLine{"--", "words behind it are no flags, though they start with a dash"}};

}  // namespace sgilo
