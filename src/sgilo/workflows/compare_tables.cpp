#include "sgilo/workflows/compare_tables.h"

#include "sgilo/metrics/bootstrap.h"

namespace sgilo {
namespace {

std::string cell(double value) { return std::isnan(value) ? "" : number_text(value, 5); }

// The first cells of a row, then its scores.
template <class Score>
std::vector<std::string> row_of(std::vector<std::string> cells,
                                const std::vector<std::size_t>& metrics, const Score& score) {
  for (const std::size_t m : metrics) cells.push_back(cell(score(m)));
  return cells;
}

// Over the images that have a score; NaN where none has.
double average(const std::vector<Scores>& scores, std::size_t metric) {
  double sum = 0, count = 0;
  for (const Scores& one : scores)
    if (const double value = one.values()[metric]; !std::isnan(value)) sum += value, ++count;
  return sum / count;
}

Table table_of(std::vector<std::string> columns, const std::vector<std::size_t>& metrics) {
  for (const std::size_t m : metrics) columns.push_back(Scores::names[m]);
  return Table(std::move(columns));
}

}  // namespace

Comparison empty_comparison(const std::vector<std::size_t>& metrics,
                            const std::filesystem::path& output) {
  return {table_of({"run", "image", "estimate"}, metrics),
          table_of({"run", "estimate"}, metrics),
          Table({"runs", "estimate", "metric", "difference", "lower", "upper"}),
          {},
          output};
}

void add_metrics(Comparison& out, const std::vector<std::size_t>& metrics, const std::string& run,
                 const std::string& image, const RunScores& scores) {
  for (std::size_t e = 0; e < kEstimates.size(); ++e) {
    const auto values = scores[e].back().values();
    out.metrics.add_row(
        row_of({run, image, kEstimates[e]}, metrics, [&](std::size_t m) { return values[m]; }));
  }
}

void add_summary(Comparison& out, const std::vector<std::size_t>& metrics, const std::string& run,
                 const RunScores& scores) {
  for (std::size_t e = 0; e < kEstimates.size(); ++e)
    out.summary.add_row(row_of({run, kEstimates[e]}, metrics,
                               [&](std::size_t m) { return average(scores[e], m); }));
}

void add_differences(Table& table, const std::string& name, const RunScores& run,
                     const std::string& first_name, const RunScores& first,
                     const RandomStreams& streams) {
  for (std::size_t e = 0; e < kEstimates.size(); ++e)
    for (std::size_t m = 0; m < Scores::names.size(); ++m) {
      std::vector<double> a, b;
      for (std::size_t i = 0; i < run[e].size(); ++i) {
        const double ours = run[e][i].values()[m], theirs = first[e][i].values()[m];
        if (std::isnan(ours) || std::isnan(theirs)) continue;
        a.push_back(ours);
        b.push_back(theirs);
      }
      if (a.size() < 2) continue;
      const Interval interval = bootstrap_difference(a, b, streams);
      table.add_row({name + " - " + first_name, kEstimates[e], Scores::names[m],
                     cell(interval.estimate), cell(interval.lower), cell(interval.upper)});
    }
}

}  // namespace sgilo
