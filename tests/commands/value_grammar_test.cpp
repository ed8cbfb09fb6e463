#include "sgilo/commands/value_grammar.h"

#include <gtest/gtest.h>

#include <string>

#include "sgilo/core/value_words.h"

namespace sgilo {
namespace {

std::string line_of(std::string_view what) {
  for (const GrammarLine& line : kValueGrammar)
    if (line.what == what) return std::string(line.text);
  return "";
}

// What stands between two words of a line.
std::string between(const std::string& line, const std::string& before, const std::string& after) {
  const std::size_t start = line.find(before) + before.size();
  return line.substr(start, line.find(after, start) - start);
}

TEST(ValueGrammar, NamesTheWordsThatSwitchesTake) {
  const std::string line = line_of("switches");
  const auto yes = list_items(between(line, "the words are ", " and false"));
  EXPECT_EQ(yes, (std::vector<std::string>{"true", "yes", "on", "1"}));
  for (const std::string& word : yes) EXPECT_EQ(boolean_of(word), true) << word;
  const auto no = list_items(line.substr(line.find("false, no, off")));
  EXPECT_EQ(no, (std::vector<std::string>{"false", "no", "off", "0"}));
  for (const std::string& word : no) EXPECT_EQ(boolean_of(word), false) << word;
}

TEST(ValueGrammar, ShowsListsThatAreReadAsItSays) {
  const std::string line = line_of("lists");
  const std::vector<std::string> numbers{"1", "4"};
  EXPECT_EQ(list_items(between(line, "--x ", " or")), numbers);
  EXPECT_EQ(list_items(between(line, "--x=", ", or the flag")), numbers);
  EXPECT_EQ(list_items(between(line, "'--x=", "'")), (std::vector<std::string>{"a,b"}));
}

TEST(ValueGrammar, SaysNoWayTwice) {
  for (const GrammarLine& line : kValueGrammar) {
    EXPECT_EQ(line_of(line.what), line.text);
    EXPECT_FALSE(line.text.ends_with('.')) << line.what;
  }
}

}  // namespace
}  // namespace sgilo
