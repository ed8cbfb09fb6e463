#include "sgilo/experiments/theory/report.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "sgilo/core/error.h"
#include "sgilo/experiments/theory/report_text.h"
#include "support/error_text.h"
#include "support/temporary_folder.h"

namespace sgilo {
namespace {

Figure figure_named(std::string name) {
  Figure figure;
  figure.name = std::move(name);
  figure.caption = "What " + figure.name + " shows.";
  return figure;
}

std::string report(const std::vector<TheoryCheck>& checks, const std::vector<std::string>& names) {
  const TemporaryFolder folder;
  std::vector<Figure> figures;
  for (const std::string& name : names) {
    figures.push_back(figure_named(name));
    folder.put(name + ".svg", "<svg/>");
  }
  const TheoryOptions options;
  write_theory_report(options, checks, figures, folder.path());
  return folder.get("report.html");
}

void expect_in_order(const std::string& text, const std::vector<std::string>& parts) {
  std::size_t at = 0;
  for (const std::string& part : parts) {
    at = text.find(part, at);
    ASSERT_NE(at, std::string::npos) << part;
    at += part.size();
  }
}

TEST(TheoryReport, TellsFiguresAndChecksInTheirSections) {
  const std::string html =
      report({check_near("D1", "n = 20", 6.8, 6.9, 0.08), check_near("L1", "d = 2", 1, 1, 0.1),
              check_near("L1", "d = 3", 1, 1, 0.1)},
             {"figure_06_hitting_time", "figure_01_landscape", "figure_99_more"});
  expect_in_order(
      html, {"<h2>The population landscape</h2>", "What figure_01_landscape shows.",
             "<summary>Checks: 2 holds</summary>", ">L1</td>", ">d = 2</td>", ">d = 3</td>",
             "<h2>Hitting times</h2>", "What figure_06_hitting_time shows.", ">D1</td>",
             "What figure_99_more shows.", "<h2>Where the paper&#39;s statement fails or is loose",
             "<h2>Settings and versions</h2>", "&quot;depth&quot;: 2", "libtorch"});
  EXPECT_EQ(html.find("<h2>Couplings</h2>"), std::string::npos);  // nothing of it ran
  EXPECT_EQ(html.find("<h2>What fails</h2>"), std::string::npos);
}

TEST(TheoryReport, SumsUpTheVerdictsAndShowsFailuresFirst) {
  TheoryCheck unjudged = check_near("L3", "", 1, 1, 0.1);
  unjudged.verdict = Verdict::told;
  const std::string html =
      report({check_near("L1", "", 1, 1, 0.1), check_near("L2", "", 1, 2, 0.1), unjudged,
              refuting(check_near("D10", "the counterexample", 1, 1, 0.1))},
             {});
  expect_in_order(
      html,
      {"<td>landscape</td><td class=\"number\">3</td><td class=\"number good\">1</td>"
       "<td class=\"number muted\">0</td><td class=\"number bad\">1</td>"
       "<td class=\"number muted\">1</td>",
       "<td>all</td><td class=\"number\">4</td>", "Not part of this run: W1", "<h2>What fails</h2>",
       ">L2</td>", "bad\">FAILS</td>", "<h2>The population landscape</h2>",
       "<summary>Checks: 1 holds, 1 FAILS, 1 told</summary>",
       "Literal statements that this run refutes.", "the counterexample",
       "surprising\">refuted</td>"});
}

TEST(TheoryReport, NamesAFigureThatWasNotDrawn) {
  const TemporaryFolder folder;
  const TheoryOptions options;
  const std::string text = error_text<FormatError>(
      [&] { write_theory_report(options, {}, {figure_named("figure_01_x")}, folder.path()); });
  EXPECT_NE(text.find("figure_01_x.svg"), std::string::npos) << text;
}

TEST(TheoryReport, HasASectionForEveryStatementAndNamesOnlyKnownOnes) {
  for (const TheoryClaim& claim : theory_claims())
    EXPECT_TRUE(std::any_of(theory_sections().begin(), theory_sections().end(),
                            [&](const TheorySection& s) { return s.subject == claim.subject; }))
        << claim.id;
  for (const TheoryCorrection& correction : theory_corrections()) {
    std::string rest(correction.checks);
    while (!rest.empty()) {
      const std::size_t comma = rest.find(", ");
      EXPECT_NO_THROW(theory_claim(rest.substr(0, comma))) << correction.place;
      rest = comma == std::string::npos ? "" : rest.substr(comma + 2);
    }
  }
}

}  // namespace
}  // namespace sgilo
