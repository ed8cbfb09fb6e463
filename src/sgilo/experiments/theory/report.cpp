#include "sgilo/experiments/theory/report.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "sgilo/core/options_json.h"
#include "sgilo/experiments/theory/report_text.h"
#include "sgilo/files/input_file.h"
#include "sgilo/machine/system_info.h"
#include "sgilo/report/html_page.h"

namespace sgilo {
namespace {

constexpr std::array kVerdicts{Verdict::holds, Verdict::refuted, Verdict::fails, Verdict::told,
                               Verdict::not_run};

Tone tone_of(std::string_view word) {
  if (word == word_of_verdict(Verdict::holds)) return Tone::good;
  if (word == word_of_verdict(Verdict::refuted)) return Tone::surprising;
  if (word == word_of_verdict(Verdict::fails)) return Tone::bad;
  return Tone::muted;
}

using Checks = std::vector<TheoryCheck>;

template <class Predicate>
Checks checks_where(const Checks& checks, const Predicate& predicate) {
  Checks result;
  std::copy_if(checks.begin(), checks.end(), std::back_inserter(result), predicate);
  return result;
}

std::ptrdiff_t count(const Checks& checks, Verdict verdict) {
  return std::count_if(checks.begin(), checks.end(),
                       [&](const TheoryCheck& check) { return check.verdict == verdict; });
}

// A statement's words stand at its first check.
Table table_of_checks(const Checks& checks) {
  Table table({"id", "statement", "instance", "expected", "seen", "tolerance", "verdict"});
  std::string previous;
  for (const TheoryCheck& check : checks) {
    const TheoryClaim& claim = theory_claim(check.id);
    const bool first = check.id != previous;
    table.add_row({first ? check.id : "", first ? concat(claim.claim, " (", claim.place, ")") : "",
                   check.instance, check.expected, check.seen, check.tolerance,
                   std::string(word_of_verdict(check.verdict))});
    previous = check.id;
  }
  return table;
}

// Colours the last column, which holds verdicts.
ToneOfCell verdict_tones(const Table& table) {
  return [last = table.columns().size() - 1](std::size_t column, const std::string& cell) {
    return column == last ? tone_of(cell) : Tone::plain;
  };
}

void add_open_checks(HtmlPage& page, const Checks& checks, std::string_view caption = "") {
  const Table table = table_of_checks(checks);
  page.table(table, caption, verdict_tones(table));
}

// A section's checks, folded under how many have each verdict.
void add_checks(HtmlPage& page, const Checks& checks) {
  if (checks.empty()) return;
  std::vector<std::string> counts;
  for (const Verdict verdict : kVerdicts)
    if (const auto some = count(checks, verdict); some > 0)
      counts.push_back(concat(some, " ", word_of_verdict(verdict)));
  const Table table = table_of_checks(checks);
  page.folded_table(table, concat("Checks: ", join(counts)), verdict_tones(table));
}

void add_summary(HtmlPage& page, const Checks& checks) {
  page.heading("Summary");
  std::vector<std::string> columns{"section", "statements"};
  for (const Verdict verdict : kVerdicts) columns.emplace_back(word_of_verdict(verdict));
  Table table(columns);
  const auto add_row = [&](std::string_view name, const Checks& some) {
    std::vector<std::string> ids;
    for (const TheoryCheck& check : some) ids.push_back(check.id);
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    std::vector<std::string> row{std::string(name), concat(ids.size())};
    for (const Verdict verdict : kVerdicts) row.push_back(concat(count(some, verdict)));
    table.add_row(row);
  };
  for (const TheorySection& section : theory_sections())
    add_row(section.name, checks_where(checks, [&](const TheoryCheck& check) {
              return theory_claim(check.id).subject == section.subject;
            }));
  add_row("all", checks);
  page.table(table, "Statements checked, and the verdicts of their checks.",
             [&](std::size_t column, const std::string& cell) {
               if (column < 2) return Tone::plain;
               return cell == "0" ? Tone::muted : tone_of(table.columns()[column]);
             });
  page.paragraph(
      "\"holds\": as expected within the tolerance. \"refuted\": the paper's literal statement "
      "fails, as it is expected to. \"FAILS\": not as expected. \"told\": seen, but not judged, "
      "because the expectation was measured at other settings. \"not run\": left to --full.");
  std::vector<std::string> missing;
  for (const TheoryClaim& claim : theory_claims())
    if (std::none_of(checks.begin(), checks.end(),
                     [&](const TheoryCheck& check) { return check.id == claim.id; }))
      missing.emplace_back(claim.id);
  if (!missing.empty()) page.paragraph("Not part of this run: " + join(missing) + ".");
  const Checks failing =
      checks_where(checks, [](const TheoryCheck& c) { return c.verdict == Verdict::fails; });
  if (failing.empty()) return;
  page.heading("What fails");
  add_open_checks(page, failing);
}

// 6 of "figure_06_hitting_time"; 0 when there is none.
int number_of(const Figure& figure) {
  const std::string_view name = figure.name;
  constexpr std::string_view kStart = "figure_";
  int number = 0;
  if (name.starts_with(kStart))
    std::from_chars(name.data() + kStart.size(), name.data() + name.size(), number);
  return number;
}

void add_figure(HtmlPage& page, const Figure& figure, const std::filesystem::path& folder) {
  page.figure(read_file(folder / (figure.name + ".svg")),
              concat(figure.caption, figure.caption.empty() ? "" : " ", "(", figure.name, ")"));
}

void add_corrections(HtmlPage& page, const Checks& checks) {
  page.heading("Where the paper's statement fails or is loose, and what holds instead");
  Table table({"place", "the paper says", "what holds instead", "checked by"});
  for (const TheoryCorrection& correction : theory_corrections())
    table.add_row({std::string(correction.place), std::string(correction.paper),
                   std::string(correction.instead), std::string(correction.checks)});
  page.table(table);
  const Checks refuted =
      checks_where(checks, [](const TheoryCheck& c) { return c.verdict == Verdict::refuted; });
  if (refuted.empty()) return;
  add_open_checks(page, refuted, "Literal statements that this run refutes.");
}

void add_settings(HtmlPage& page, const TheoryOptions& options) {
  page.heading("Settings and versions");
  page.preformatted(to_json(options).dump(2));
  const SystemInfo system = system_info();
  Table table({"what", "version"});
  table.add_row({"sgilo", concat(system.version, ", commit ", system.commit)});
  table.add_row({"libtorch", system.libtorch});
  table.add_row({"BLAS", system.blas});
  table.add_row({"compiler", system.compiler});
  table.add_row({"processor", concat(system.processor, ", ", system.threads, " threads")});
  page.table(table);
}

}  // namespace

void write_theory_report(const TheoryOptions& options, const std::vector<TheoryCheck>& checks,
                         const std::vector<Figure>& figures, const std::filesystem::path& folder) {
  HtmlPage page("The theory of SGILO, checked");
  page.paragraph(
      "The paper shows that Langevin dynamics recovers the latent x* of an image G(x*) from "
      "measurements y = A G(x*) when G is a random ReLU network, although the loss is not convex "
      "and gradient descent can stall. Each statement that a computer can evaluate is checked "
      "here: what is expected, what was seen, and how far these may be apart.");
  page.paragraph(
      "G(z) = ReLU(√2 W⁽ᵈ⁾ … ReLU(√2 W⁽¹⁾ z)) has d layers of widths nᵢ, entries of W⁽ⁱ⁾ have "
      "variance 1/nᵢ and those of A 1/m. The network's loss is L̃(z) = ½‖A G(z) − y‖², L its mean "
      "for wide layers. The chain z ← z − η∇L̃(z) + √(2η/β) u, u standard normal in n dimensions, "
      "draws from μ ∝ exp(−βL̃) up to a bias of the step. C = β‖x*‖²/n is the inverse temperature "
      "without units, t = ηk the time after k steps.");
  add_summary(page, checks);
  for (const TheorySection& section : theory_sections()) {
    const Checks own = checks_where(checks, [&](const TheoryCheck& check) {
      return theory_claim(check.id).subject == section.subject;
    });
    std::vector<const Figure*> shown;
    for (const Figure& figure : figures)
      if (number_of(figure) >= section.first_figure && number_of(figure) <= section.last_figure)
        shown.push_back(&figure);
    if (own.empty() && shown.empty()) continue;
    page.heading(section.heading);
    page.paragraph(section.text);
    for (const Figure* figure : shown) add_figure(page, *figure, folder);
    add_checks(page, own);
  }
  const int last = theory_sections().back().last_figure;
  for (const Figure& figure : figures)
    if (number_of(figure) < 1 || number_of(figure) > last) add_figure(page, figure, folder);
  add_corrections(page, checks);
  add_settings(page, options);
  page.write(folder / "report.html");
}

}  // namespace sgilo
