#include "sgilo/experiments/theory/check.h"

#include <algorithm>
#include <cmath>

#include "sgilo/core/error.h"
#include "sgilo/report/table.h"

namespace sgilo {
namespace {

TheoryCheck judged(std::string_view id, std::string instance, std::string expected, double seen,
                   std::string tolerance, bool holds) {
  return {std::string(theory_claim(id).id),
          std::move(instance),
          std::move(expected),
          number_text(seen, 4),
          std::move(tolerance),
          holds ? Verdict::holds : Verdict::fails};  // a comparison with nan fails
}

}  // namespace

const TheoryClaim& theory_claim(std::string_view id) {
  const auto& all = theory_claims();
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const TheoryClaim& claim) { return claim.id == id; });
  if (found == all.end()) throw Error(concat("there is no statement '", id, "' of the theory"));
  return *found;
}

std::string_view word_of_verdict(Verdict verdict) {
  switch (verdict) {
    case Verdict::holds:
      return "holds";
    case Verdict::refuted:
      return "refuted";
    case Verdict::fails:
      return "FAILS";
    case Verdict::told:
      return "told";
    case Verdict::not_run:
      return "not run";
  }
  return "";
}

TheoryCheck check_near(std::string_view id, std::string instance, double expected, double seen,
                       double relative_tolerance) {
  return judged(id, std::move(instance), number_text(expected, 4), seen,
                number_text(100 * relative_tolerance, 3) + " %",
                std::abs(seen - expected) <= relative_tolerance * std::abs(expected));
}

TheoryCheck check_within(std::string_view id, std::string instance, double expected, double seen,
                         double absolute_tolerance) {
  return judged(id, std::move(instance), number_text(expected, 6), seen,
                number_text(absolute_tolerance, 3),
                std::abs(seen - expected) <= absolute_tolerance);
}

TheoryCheck check_between(std::string_view id, std::string instance, double least, double most,
                          double seen) {
  return judged(id, std::move(instance),
                concat("in [", number_text(least, 4), ", ", number_text(most, 4), "]"), seen, "",
                seen >= least && seen <= most);
}

TheoryCheck check_at_most(std::string_view id, std::string instance, double most, double seen) {
  return judged(id, std::move(instance), "at most " + number_text(most, 4), seen, "", seen <= most);
}

TheoryCheck check_at_least(std::string_view id, std::string instance, double least, double seen) {
  return judged(id, std::move(instance), "at least " + number_text(least, 4), seen, "",
                seen >= least);
}

TheoryCheck check_true(std::string_view id, std::string instance, std::string expected,
                       std::string seen, bool holds) {
  return {std::string(theory_claim(id).id),
          std::move(instance),
          std::move(expected),
          std::move(seen),
          "",
          holds ? Verdict::holds : Verdict::fails};
}

TheoryCheck refuting(TheoryCheck check) {
  if (check.verdict == Verdict::holds) check.verdict = Verdict::refuted;
  return check;
}

}  // namespace sgilo
