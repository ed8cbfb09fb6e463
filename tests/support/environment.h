// A variable of the environment, set for a while.
#pragma once

#include <stdlib.h>

#include <string>

namespace sgilo {

class Environment {
 public:
  Environment(const char* name, const std::string& value) : name_(name), old_(::getenv(name)) {
    ::setenv(name, value.c_str(), 1);
  }
  ~Environment() { ::setenv(name_, old_.c_str(), 1); }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  const char* name_;
  std::string old_;
};

}  // namespace sgilo
