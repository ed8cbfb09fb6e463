#include "sgilo/experiments/theory/theory_run.h"

namespace sgilo {

bool TheoryRun::at_default_sizes() const {
  const TheoryOptions d;
  return options_.depth == d.depth && options_.dimension == d.dimension &&
         options_.concentration == d.concentration && options_.step_size == d.step_size &&
         options_.chains == d.chains && options_.widths == d.widths &&
         options_.measurements == d.measurements;
}

void TheoryRun::add(TheoryCheck check) {
  observer_.on_message(concat(check.id, check.instance.empty() ? "" : ", ", check.instance,
                              ": expected ", check.expected, ", seen ", check.seen, ": ",
                              word_of_verdict(check.verdict)));
  checks_.push_back(std::move(check));
}

void TheoryRun::add_known(TheoryCheck check) {
  if (!at_default_sizes()) check.verdict = Verdict::told;
  add(std::move(check));
}

}  // namespace sgilo
