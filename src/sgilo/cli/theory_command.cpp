// sgilo theory: the paper's statements, checked and drawn; sgilo theory suggest: settings of
// Langevin dynamics for a problem of one's own.
#include <map>

#include "sgilo/cli/verb.h"
#include "sgilo/experiments/theory/suggest.h"
#include "sgilo/experiments/theory/theory.h"

namespace sgilo {
namespace {

constexpr int kCheckFailed = 4;

std::string plan(const TheoryOptions& options) {
  std::string ids;
  for (const TheoryClaim& claim : claims_of(options)) ids += concat(" ", claim.id);
  if (ids.empty())
    return concat("nothing of ", word_of(options.subject), " is quick; --full checks it\n");
  return concat("would check", ids, " in ", options.full ? "up to ten minutes" : "about a minute",
                " and write report.html, checks.csv and the figures into ", options.output, "\n");
}

// What a person wants to see at once; the claims' words stand in the report.
std::string text_of(const TheoryResult& result) {
  Table table({"id", "instance", "expected", "seen", "tolerance", "verdict"});
  std::map<Verdict, int> counts;
  for (const TheoryCheck& check : result.checks) {
    ++counts[check.verdict];
    if (check.verdict != Verdict::not_run)
      table.add_row({check.id, check.instance, check.expected, check.seen, check.tolerance,
                     std::string(word_of_verdict(check.verdict))});
  }
  return concat(table.text(), "\n", counts[Verdict::holds], " hold, ", counts[Verdict::refuted],
                " literal statements of the paper are refuted, ", counts[Verdict::fails], " fail, ",
                counts[Verdict::told], " told, ", counts[Verdict::not_run], " not run; ",
                number_text(result.seconds, 3), " s\n", (result.folder / "report.html").string(),
                "\n");
}

Outcome act(const TheoryOptions& options, Console& console) {
  if (console.dry_run) return planned(plan(options));
  const TheoryResult result = theory(options, *console.observer);
  if (!result.finished) return {"interrupted, nothing is written\n", {}, kInterrupted};
  Json checks = Json::array();
  for (const TheoryCheck& check : result.checks)
    checks.push_back({{"id", check.id},
                      {"instance", check.instance},
                      {"expected", check.expected},
                      {"seen", check.seen},
                      {"tolerance", check.tolerance},
                      {"verdict", word_of_verdict(check.verdict)}});
  return {text_of(result),
          {{"checks", checks}, {"seconds", result.seconds}},
          result.holds() ? 0 : kCheckFailed};
}

Outcome act_suggest(const AdviceOptions& options, Console& console) {
  if (console.dry_run) return planned("would suggest settings of Langevin dynamics\n");
  const Suggestion suggestion = suggest(options);
  return {suggestion.table.text(),
          {{"concentration", suggestion.advice.concentration},
           {"inverse_temperature", suggestion.advice.inverse_temperature},
           {"spread", suggestion.advice.spread},
           {"step_size", suggestion.advice.step_size},
           {"bias", suggestion.advice.bias},
           {"hitting_time", suggestion.advice.hitting_time},
           {"steps", suggestion.advice.steps}}};
}

}  // namespace

Verb theory_verb() {
  return make_verb<TheoryOptions>(
      {"theory", "checks and draws the theory of the paper: landscape, mixing, temperature",
       "sgilo theory all --quick -o theory/", "subject"},
      act);
}

Verb theory_suggest_verb() {
  return make_verb<AdviceOptions>({"theory suggest",
                                   "suggests step size, temperature and steps of Langevin dynamics",
                                   "sgilo theory suggest --dimension 512 --latent-norm 22.6 "
                                   "--measurements 5000 --noise-std 0.01",
                                   "",
                                   {},
                                   false,
                                   OutputKind::text},
                                  act_suggest);
}

}  // namespace sgilo
