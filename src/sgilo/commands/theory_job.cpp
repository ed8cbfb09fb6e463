// The paper's statements, checked and drawn; settings of Langevin dynamics for a problem of one's
// own.
#include "sgilo/commands/job.h"
#include "sgilo/commands/rows.h"
#include "sgilo/experiments/theory/suggest.h"
#include "sgilo/experiments/theory/theory.h"

namespace sgilo {
namespace {

Json run_theory(const TheoryOptions& options, Observer& observer) {
  const TheoryResult result = theory(options, observer);
  if (!result.finished) return {{"finished", false}};
  Json checks = Json::array();
  for (const TheoryCheck& check : result.checks)
    checks.push_back({{"id", check.id},
                      {"instance", check.instance},
                      {"expected", check.expected},
                      {"seen", check.seen},
                      {"tolerance", check.tolerance},
                      {"verdict", word_of_verdict(check.verdict)}});
  return {{"finished", true},
          {"passed", result.holds()},
          {"report", (result.folder / "report.html").string()},
          {"checks", checks},
          {"seconds", result.seconds}};
}

// What a person wants to see at once; the claims' words stand in the report.
std::string text_theory(const Json& result) {
  if (!finished(result)) return "interrupted, nothing is written\n";
  const auto is = [](const Json& check, Verdict verdict) {
    return check["verdict"] == word_of_verdict(verdict);
  };
  const auto count = [&](Verdict verdict) {
    int checks = 0;
    for (const Json& check : result["checks"]) checks += is(check, verdict);
    return checks;
  };
  Table table({"id", "instance", "expected", "seen", "tolerance", "verdict"});
  for (const Json& check : result["checks"]) {
    if (is(check, Verdict::not_run)) continue;
    std::vector<std::string> cells;
    for (const std::string& column : table.columns()) cells.push_back(check.value(column, ""));
    table.add_row(std::move(cells));
  }
  return concat(table.text(), "\n", count(Verdict::holds), " hold, ", count(Verdict::refuted),
                " literal statements of the paper are refuted, ", count(Verdict::fails), " fail, ",
                count(Verdict::told), " told, ", count(Verdict::not_run), " not run; ",
                number_text(result.value("seconds", 0.0), 3), " s\n", result.value("report", ""),
                "\n");
}

Json run_suggest(const AdviceOptions& options, Observer&) {
  const Suggestion suggestion = suggest(options);
  const Advice& advice = suggestion.advice;
  return {{"concentration", advice.concentration},
          {"inverse_temperature", advice.inverse_temperature},
          {"spread", advice.spread},
          {"step_size", advice.step_size},
          {"bias", advice.bias},
          {"hitting_time", advice.hitting_time},
          {"steps", advice.steps},
          {"settings", rows_of(suggestion.table, suggestion.table.columns())}};
}

std::string text_suggest(const Json& result) { return table_of_rows(result["settings"]).text(); }

}  // namespace

Job theory_job() {
  return make_job<TheoryOptions>(
      {.name = "theory",
       .help = "checks and draws the theory of the paper: landscape, mixing, temperature",
       .command = {.example = "sgilo theory all --quick -o theory/", .positional = "subject"}},
      plan, run_theory, text_theory);
}

Job theory_suggest_job() {
  return make_job<AdviceOptions>(
      {.name = "theory suggest",
       .help = "suggests step size, temperature and steps of Langevin dynamics",
       .command = {.example = "sgilo theory suggest --dimension 512 --latent-norm 22.6 "
                              "--measurements 5000 --noise-std 0.01"}},
      plan, run_suggest, text_suggest);
}

}  // namespace sgilo
