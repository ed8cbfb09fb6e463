#include "sgilo/bench/bench.h"

#include <algorithm>

#include "sgilo/bench/networks.h"
#include "sgilo/bench/subjects.h"
#include "sgilo/core/idle_options.h"
#include "sgilo/files/atomic_file.h"
#include "sgilo/files/output_name.h"
#include "sgilo/files/writable.h"
#include "sgilo/generator/kernels/image_buffer.h"
#include "sgilo/machine/stopwatch.h"
#include "sgilo/machine/system_info.h"

namespace sgilo {
namespace {

std::vector<BenchVariation> variations_of(const BenchOptions& options, const std::string& preset,
                                          int chains) {
  switch (options.subject) {
    case BenchSubject::step:
      return step_variations(options, preset, chains);
    case BenchSubject::score:
      return score_variations(options, preset, chains);
    case BenchSubject::solve:
      return solve_variations(options, preset, chains);
    case BenchSubject::train:
      return train_variations(options);
    case BenchSubject::portraits:
      return portrait_variations(options);
    case BenchSubject::load:
      return load_variations(preset);
    case BenchSubject::gradients:
      break;
  }
  return {};
}

// Times all variations in turn, each with its limit.
bool run_all(std::vector<BenchVariation>& variations, const BenchOptions& options, double idle,
             Observer& observer, BenchReport& report) {
  // Long enough to need no run before them.
  const bool is_long =
      options.subject == BenchSubject::solve || options.subject == BenchSubject::train;
  const int warm_ups = is_long ? 0 : 1;
  const auto runs = static_cast<std::int64_t>(variations.size()) * (options.repetitions + warm_ups);
  std::int64_t done = 0;
  const auto tell = [&](const BenchRow& row) {
    observer.on_step(
        {.stage = concat(row.preset, ", ", row.chains, " chains"), .step = ++done, .steps = runs});
    return !observer.stop_requested();
  };
  for (BenchVariation& v : variations) {
    release_image_buffers();
    const BenchStep step = v.make();
    if (warm_ups == 0 && v.limit) v.row.limits.push_back(v.limit());
    reset_peak_memory();
    const double seconds = seconds_of([&] { step(v.row.profile); });
    if (warm_ups == 0) v.row.seconds.push_back(seconds);
    v.row.peak_mib = peak_mib() - idle;
    if (!tell(v.row)) return false;
  }
  const int left = options.repetitions - 1 + warm_ups;
  std::vector<BenchStep> steps;
  for (std::size_t i = 0; left > 0 && i < variations.size(); ++i) {
    steps.push_back(variations[i].make());
    if (warm_ups > 0) steps.back()(variations[i].row.profile);  // its own weights are prepared
  }
  for (int r = 0; r < left; ++r)
    for (std::size_t i = 0; i < variations.size(); ++i) {
      BenchVariation& v = variations[i];
      if (v.limit) v.row.limits.push_back(v.limit());
      v.row.seconds.push_back(seconds_of([&] { steps[i](v.row.profile); }));
      if (!tell(v.row)) return false;
    }
  for (BenchVariation& v : variations) report.rows.push_back(std::move(v.row));
  return true;
}

// Null without limits.
Json ratio_to_limit(const BenchRow& row) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < row.limits.size(); ++i)
    ratios.push_back(row.seconds[i] / row.limits[i]);
  return ratios.empty() ? Json() : Json(median(ratios));
}

bool has_presets(BenchSubject subject) {
  return subject != BenchSubject::portraits && subject != BenchSubject::train;
}

void refuse_idle_options(const BenchOptions& options) {
  const BenchSubject subject = options.subject;
  const std::string why = concat("on subject ", word_of(subject));
  const bool solve = subject == BenchSubject::solve, step = subject == BenchSubject::step,
             score = subject == BenchSubject::score, train = subject == BenchSubject::train;
  if (!solve) refuse_idle(options, {"evaluations", "profile"}, why);
  if (!solve && !step && !train) refuse_idle(options, {"kernels"}, why);
  if (!solve && !step && !score && !train) refuse_idle(options, {"precisions"}, why);
  if (!solve && !step && !score) refuse_idle(options, {"chains"}, why);
  if (!has_presets(subject)) refuse_idle(options, {"presets"}, why);
  if (subject == BenchSubject::gradients) refuse_idle(options, {"repetitions"}, why);
}

// What would fail after minutes fails at once.
void require_known(const BenchOptions& options) {
  validate(options);
  refuse_idle_options(options);
  if (!options.chart.empty() && options.subject != BenchSubject::step)
    throw ConfigError(
        concat("chart is of subject step, but the subject is ", word_of(options.subject)));
  for (const std::string& word : options.precisions) from_word<Precision>("precisions", word);
  for (const std::string& word : options.kernels) from_word<Kernel>("kernels", word);
  for (const std::string& preset : options.presets) {
    if (options.subject == BenchSubject::score)
      score_preset(preset);
    else if (has_presets(options.subject))
      synthesis_preset(preset);
  }
  require_file_ending("output", options.output, {".json", ".txt"});
  for (const std::string& file : {options.output, options.chart})
    if (!file.empty()) require_writable_file(file);
  if (!options.chart.empty() && !options.chart.ends_with(".svg") &&
      !options.chart.ends_with(".png"))
    throw ConfigError(concat("chart must end in .svg or .png, but is '", options.chart, "'"));
  if (!options.chart.empty()) require_gnuplot();
}

}  // namespace

std::string plan(const BenchOptions& options) {
  require_known(options);
  const std::string of = has_presets(options.subject) ? " for " + join(options.presets) : "";
  return concat("would time ", word_of(options.subject), of, "\n");
}

BenchReport bench(const BenchOptions& options, Observer& observer) {
  require_known(options);
  const double idle = resident_mib();
  const bool timed = options.subject != BenchSubject::gradients,
             sized = has_presets(options.subject),
             has_chains = sized && options.subject != BenchSubject::load;
  BenchReport report;
  for (const std::string& preset :
       sized ? options.presets : std::vector{std::string(word_of(options.subject))}) {
    if (!timed) {
      const auto rows = gradient_agreement(preset, options.seed, observer);
      report.finished = !rows.empty();
      report.gradients.insert(report.gradients.end(), rows.begin(), rows.end());
    }
    for (const int chains : !timed       ? std::vector<int>{}
                            : has_chains ? options.chains
                                         : std::vector<int>{1}) {
      std::vector<BenchVariation> variations = variations_of(options, preset, chains);
      report.finished = run_all(variations, options, idle, observer, report);
      if (!report.finished) break;
    }
    if (!report.finished) return report;
  }
  if (!options.output.empty())
    write_file_atomically(options.output, to_json(report).dump(1) + "\n");
  if (!options.chart.empty()) write_picture(chart_of(report), options.chart);
  return report;
}

Json to_json(const BenchReport& report) {
  Json rows = Json::array();
  for (const BenchRow& row : report.rows) {
    rows.push_back({{"preset", row.preset},
                    {"chains", row.chains},
                    {"precision", row.precision},
                    {"kernel", row.kernel},
                    {"seconds", row.seconds},
                    {"limits", row.limits},
                    {"peak_mib", row.peak_mib},
                    {"ratio_to_limit", ratio_to_limit(row)}});
    if (row.published) rows.back()["published"] = *row.published;
    if (row.images > 0) rows.back()["images"] = row.images;
    if (!row.profile.empty()) rows.back()["profile"] = row.profile;
  }
  if (!report.gradients.empty()) rows = to_json(report.gradients);
  return {{"rows", rows}, {"machine", to_json(system_info())}};
}

Table table_of(const Json& report) {
  const Json& rows = report.at("rows");
  if (!rows.empty() && rows.front().contains("least_cosine")) return table_of_gradients(rows);
  const auto any_has = [&](const char* name) {
    return std::any_of(rows.begin(), rows.end(),
                       [&](const Json& row) { return row.contains(name); });
  };
  const bool published = any_has("published"), images = any_has("images");
  std::vector<std::string> columns{"preset", "chains", "precision", "kernel", "seconds",
                                   "least",  "most",   "limit",     "MiB",    "ratio_to_limit"};
  if (published) columns.emplace_back("published");
  if (images) columns.emplace_back("images/s");
  Table table(columns);
  const auto short_text = [](double value) { return number_text(value, 3); };
  for (const Json& row : rows) {
    const auto seconds = row.at("seconds").get<std::vector<double>>(),
               limits = row.at("limits").get<std::vector<double>>();
    const auto [least, most] = std::minmax_element(seconds.begin(), seconds.end());
    const Json& ratio = row.at("ratio_to_limit");
    std::vector<std::string> cells{row.value("preset", ""),
                                   concat(row.value("chains", 1)),
                                   row.value("precision", ""),
                                   row.value("kernel", ""),
                                   short_text(median(seconds)),
                                   short_text(*least),
                                   short_text(*most),
                                   limits.empty() ? "" : short_text(median(limits)),
                                   number_text(std::round(row.value("peak_mib", 0.0))),
                                   ratio.is_null() ? "" : short_text(ratio.get<double>())};
    if (published)
      cells.push_back(row.contains("published") ? short_text(row["published"].get<double>()) : "");
    if (images) cells.push_back(short_text(row.value("images", 0) / median(seconds)));
    table.add_row(cells);
  }
  return table;
}

Figure chart_of(const BenchReport& report) {
  Panel panel{.title = "One step of the generator: decoding and gradients",
              .x = {.label = "side of the image / pixels", .scale = AxisScale::logarithmic},
              .y = {.label = "seconds (median)", .scale = AxisScale::logarithmic}};
  const auto curve = [&](const std::string& label) -> Curve& {
    for (Curve& own : panel.curves)
      if (own.label == label) return own;
    return panel.curves.emplace_back(Curve{.label = label, .style = CurveStyle::line_and_points});
  };
  std::vector<BenchRow> rows;
  for (const BenchRow& row : report.rows)
    if (row.chains == report.rows.front().chains) rows.push_back(row);
  std::stable_sort(rows.begin(), rows.end(), [](const BenchRow& a, const BenchRow& b) {
    return synthesis_preset(a.preset).size() < synthesis_preset(b.preset).size();
  });
  for (const BenchRow& row : rows) {
    const auto side = static_cast<double>(synthesis_preset(row.preset).size());
    const auto add = [&](const std::string& label, double seconds) {
      Curve& own = curve(label);
      if (!own.x.empty() && own.x.back() == side) return;  // of another kernel already
      own.x.push_back(side);
      own.y.push_back(seconds);
    };
    add(concat(row.precision, " ", row.kernel), median(row.seconds));
    add(concat(row.precision, " limit"), median(row.limits));
  }
  return {.name = "step", .panels = {panel}};
}

}  // namespace sgilo
