// A statement of the paper's theory as something that can be wrong: what is expected, what was
// seen, and how far these may be apart.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sgilo {

enum class TheorySubject {
  landscape,
  random_matrices,
  escape,
  hitting,
  potential,
  wasserstein,
  coupling,
  temperature
};

// What a statement says and where; its checks name it by its id.
struct TheoryClaim {
  std::string_view id;  // "L1"
  TheorySubject subject;
  bool quick;  // is part of --quick
  std::string_view claim;
  std::string_view place;  // in the paper
};

// All statements, in the order of the report. A full run checks every one of them.
const std::vector<TheoryClaim>& theory_claims();
const TheoryClaim& theory_claim(std::string_view id);  // throws Error for an id that is none

enum class Verdict {
  holds,    // as expected
  refuted,  // the paper's literal statement fails, as it is expected to
  fails,    // not as expected: the run ends with exit code 4
  told,     // seen, but not judged: what was expected was measured at other sizes
  not_run
};
std::string_view word_of_verdict(Verdict verdict);

struct TheoryCheck {
  std::string id;
  std::string instance;  // "d = 3, from the saddle": where the claim was tried; may be empty
  std::string expected;  // as text: "6.8", "at most 1e-12", "in [0.85, 1.2]"
  std::string seen;
  std::string tolerance;  // "8 %", "1e-7"; may be empty
  Verdict verdict = Verdict::not_run;
};

// seen = expected, to a relative or to an absolute tolerance.
TheoryCheck check_near(std::string_view id, std::string instance, double expected, double seen,
                       double relative_tolerance);
TheoryCheck check_within(std::string_view id, std::string instance, double expected, double seen,
                         double absolute_tolerance);
TheoryCheck check_between(std::string_view id, std::string instance, double least, double most,
                          double seen);
TheoryCheck check_at_most(std::string_view id, std::string instance, double most, double seen);
TheoryCheck check_at_least(std::string_view id, std::string instance, double least, double seen);
TheoryCheck check_true(std::string_view id, std::string instance, std::string expected,
                       std::string seen, bool holds);
// The same, for a literal statement of the paper that is expected to fail:
// what holds becomes `refuted`.
TheoryCheck refuting(TheoryCheck check);

}  // namespace sgilo
