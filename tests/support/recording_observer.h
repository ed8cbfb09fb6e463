// What a job tells while it runs.
#pragma once

#include <string>
#include <vector>

#include "sgilo/core/observer.h"

namespace sgilo {

struct RecordingObserver : Observer {
  void on_message(std::string_view text) override { messages.emplace_back(text); }
  void on_warning(std::string_view text) override { warnings.emplace_back(text); }
  std::vector<std::string> messages, warnings;
};

}  // namespace sgilo
