// Configurations of solve and invert that earlier versions wrote, in the words of this one, so that an
// old run repeats from its own folder.
#pragma once

#include "sgilo/core/options_json.h"

namespace sgilo {

// {"solver": {"integrator": "annealed", "annealed": {...}, "langevin": {...}, ...}} was one word beside
// the options of all kernels; those of the kernels that were not chosen had no effect and go:
// {"solver": {"integrator": {"kind": "annealed", ...}}}. {"solver": {"kind": "ilo", "steps": [10, 5]}},
// and {"steps": [10, 5]} of invert, become {"evaluations": 15, "shares": [10, 5]}. What had no effect
// without a layer's score and still has the default of then goes. Anything else stays as it is.
Json upgraded_config(Json config);

}  // namespace sgilo
