#include "sgilo/bench/published.h"

namespace sgilo {

std::optional<double> published_seconds(std::string_view preset, const Processor& processor,
                                        int threads) {
  if (threads != 2) return {};
  constexpr int kZen5 = 26;  // AMD's number of the family
  if (processor.vendor == "AuthenticAMD" && processor.family == kZen5) {
    if (preset == "default") return 0.36;
    if (preset == "256") return 1.65;
    if (preset == "config-f") return 5.6;
  }
  if (processor.vendor == "GenuineIntel" && processor.amx) {
    if (preset == "256") return 2.3;
    if (preset == "config-f") return 6.4;
  }
  return {};
}

}  // namespace sgilo
