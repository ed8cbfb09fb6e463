// sgilo info: what this program is and runs on.
#include "sgilo/cli/verb.h"
#include "sgilo/workflows/system_info.h"

namespace sgilo {
namespace {

struct InfoOptions : CommonOptions {
  static constexpr auto fields() { return common_fields(); }
};

Outcome act(const InfoOptions&, Console&) {
  const SystemInfo info = system_info();
  return {text(info), to_json(info)};
}

}  // namespace

Verb info_verb() {
  return make_verb<InfoOptions>({"info",
                                 "version, libtorch, BLAS, threads, instructions and devices of "
                                 "this program",
                                 "sgilo info --json"},
                                act);
}

}  // namespace sgilo
