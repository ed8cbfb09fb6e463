// The Frechet distance to portraits in a result, where there is one: `distance`, and what it is to
// be read against.
#pragma once

#include "sgilo/core/options_json.h"
#include "sgilo/report/table.h"

namespace sgilo {

// `result` has frechet, floor and ruler, negative where they were not asked for.
template <class Result>
void add_frechet(Json& json, const Result& result, std::int64_t images) {
  if (result.frechet < 0) return;
  json["frechet"] = {{"images", images},
                     {"distance", result.frechet},
                     {"floor", result.floor},
                     {"ruler", result.ruler}};
}

// "(portraits against portraits 0.1, slightly blurred 3.2)"
inline std::string frechet_scale(const Json& frechet) {
  return concat("(portraits against portraits ", number_text(frechet.value("floor", 0.0), 3),
                ", slightly blurred ", number_text(frechet.value("ruler", 0.0), 4), ")");
}

}  // namespace sgilo
