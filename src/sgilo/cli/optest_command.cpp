// sgilo optest: proves an operator, exit code 4 when a check fails.
#include "sgilo/cli/verb.h"
#include "sgilo/report/table.h"
#include "sgilo/workflows/optest.h"

namespace sgilo {
namespace {

Outcome act(const OptestOptions& options, Console& console) {
  if (console.dry_run) return planned(plan(options));
  const OperatorProof proof = prove(options);
  Table table({"check", "error", "tolerance", "result", "what"});
  Json checks = Json::array();
  for (const ProofCheck& check : proof.checks) {
    table.add_row({check.name, number_text(check.error, 3), number_text(check.tolerance, 3),
                   check.passed() ? "passed" : "FAILED", check.description});
    checks.push_back({{"name", check.name},
                      {"error", check.error},
                      {"tolerance", check.tolerance},
                      {"passed", check.passed()}});
  }
  return {
      concat(proof.operator_description, "\n", table.text()),
      {{"operator", proof.operator_description}, {"passed", proof.passed()}, {"checks", checks}},
      proof.passed() ? 0 : 4};
}

}  // namespace

Verb optest_verb() {
  return make_verb<OptestOptions>(
      {"optest", "proves an operator: adjoint, gradient, batch invariance, determinism",
       "sgilo optest --operator downsample:factor=8 --size 64"},
      act);
}

}  // namespace sgilo
