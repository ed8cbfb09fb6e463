// Configurations of solve that earlier versions wrote, in the words of this one, so that an old run
// repeats from its own folder.
#pragma once

#include "sgilo/core/options_json.h"

namespace sgilo {

// {"solver": {"integrator": "annealed", "annealed": {...}, "langevin": {...}, ...}} was one word beside
// the options of all kernels; those of the kernels that were not chosen had no effect and go:
// {"solver": {"integrator": {"kind": "annealed", ...}}}. Anything else stays as it is.
Json upgraded_config(Json config);

}  // namespace sgilo
