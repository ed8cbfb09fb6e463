// Errors of the project. Each text is one sentence: where, what, what is accepted, what was found.
#pragma once

#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace sgilo {

// Concatenates values as they print: concat("keep is ", 0.5).
template <class... Parts>
std::string concat(const Parts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return out.str();
}

// Base of all errors that are not bugs of the project.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The user's option, shape or command line.
class ConfigError : public Error {
 public:
  using Error::Error;
};

// A file that is missing, damaged or of another kind.
class FormatError : public Error {
 public:
  using Error::Error;
};

// Non-finite or divergent numbers; the one type that samplers may catch, per chain.
class NumericError : public Error {
 public:
  using Error::Error;
};

// "a, b, c"
std::string join(const std::vector<std::string>& words, std::string_view separator = ", ");

// "unknown operator 'blur2', did you mean 'blur'? known operators: identity, blur" (`what` is
// "operator"). The suggestion appears when a known name is at most a third of its letters away.
std::string unknown_name(std::string_view what, std::string_view found,
                         const std::vector<std::string>& known);

}  // namespace sgilo
