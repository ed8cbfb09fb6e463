// Proves an operator.
#include "sgilo/commands/job.h"
#include "sgilo/commands/rows.h"
#include "sgilo/workflows/optest.h"

namespace sgilo {
namespace {

Json run_optest(const OptestOptions& options, Observer&) {
  const OperatorProof proof = prove(options);
  Json checks = Json::array();
  for (const ProofCheck& check : proof.checks)
    checks.push_back({{"name", check.name},
                      {"error", check.error},
                      {"tolerance", check.tolerance},
                      {"passed", check.passed()},
                      {"what", check.description}});
  return {{"operator", proof.operator_description}, {"passed", proof.passed()}, {"checks", checks}};
}

std::string text_optest(const Json& result) {
  Table table({"check", "error", "tolerance", "result", "what"});
  for (const Json& check : result["checks"])
    table.add_row({check.value("name", ""), number_text(number_of(check["error"]), 3),
                   number_text(number_of(check["tolerance"]), 3),
                   passed(check) ? "passed" : "FAILED", check.value("what", "")});
  return concat(result.value("operator", ""), "\n", table.text());
}

}  // namespace

Job optest_job() {
  return make_job<OptestOptions>(
      {.name = "optest",
       .help = "proves an operator: adjoint, gradient, batch invariance, determinism",
       .command = {.example = "sgilo optest --operator downsample:factor=8 --size 64"}},
      plan, run_optest, text_optest);
}

}  // namespace sgilo
