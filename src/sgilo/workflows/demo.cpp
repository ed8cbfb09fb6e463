#include "sgilo/workflows/demo.h"

#include <algorithm>
#include <chrono>

#include "sgilo/data/image_io.h"
#include "sgilo/files/atomic_file.h"
#include "sgilo/files/folder_lock.h"
#include "sgilo/files/make_folder.h"
#include "sgilo/metrics/psnr.h"
#include "sgilo/metrics/ssim.h"
#include "sgilo/portraits/portrait_batches.h"
#include "sgilo/report/html_page.h"
#include "sgilo/report/image_grid.h"
#include "sgilo/runs/run_report.h"
#include "sgilo/workflows/measure.h"

namespace sgilo {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kPortraitSeed = 0;

struct Task {
  std::string name;
  OperatorOptions forward_operator;
};

std::vector<Task> tasks() {
  return {{"5 % of pixels", InpaintingOptions{0.05}},
          {"1.5 % of pixels", InpaintingOptions{0.015}},
          {"8 x downsampled", DownsamplingOptions{}}};
}

std::string kind_of(const SolverOptions& solver) {
  return std::visit([](const auto& o) { return std::string(o.kind); }, solver);
}

// CSGM and ILO return the restart with the lowest measurement loss, SGILO its posterior mean.
const Tensor& estimate_of(const std::string& kind, const Reconstruction& result) {
  return kind == "sgilo" ? result.mean : result.best;
}

void add_row(Table& table, const Task& task, const std::string& kind, const Reconstruction& result,
             const Tensor& truth, double seconds) {
  const auto row = [&](const std::string& estimate, const Tensor& images, const Tensor& reference) {
    const auto mean = [](const Tensor& x) { return x.mean().item<double>(); };
    table.add_row({task.name, kind, estimate, number_text(mean(psnr(images, reference)), 4),
                   truth.size(2) < 11 ? "" : number_text(mean(ssim(images, reference)), 3),
                   number_text(mean(mean_squared_error(images, reference)), 3),
                   number_text(seconds, 3)});
  };
  const std::int64_t chains = result.last.size(1);
  row(kind == "sgilo" ? "mean" : "best", estimate_of(kind, result), truth);
  row("draw", result.last.flatten(0, 1), truth.repeat_interleave(chains, 0));
}

ImageGrid empty_grid(int chains) {
  ImageGrid grid;
  grid.column_labels = {"truth", "measured", "CSGM", "ILO"};
  for (int c = 0; c < chains; ++c) grid.column_labels.push_back(concat("SGILO ", c + 1));
  grid.column_labels.insert(grid.column_labels.end(), {"SGILO mean", "SGILO deviation"});
  return grid;
}

}  // namespace

std::vector<SolverOptions> demo_solvers(int chains, int evaluations, const Model& model) {
  CsgmOptions csgm;
  csgm.chains = chains;
  csgm.evaluations = evaluations;
  IloOptions ilo;
  ilo.chains = chains;
  const int third = std::max(1, evaluations / 3);
  ilo.steps = {std::max(1, evaluations - 2 * third), third, third};
  SgiloOptions sgilo;
  sgilo.chains = chains;
  sgilo.evaluations = std::max(2, evaluations);
  sgilo.style_evaluations = third;
  std::erase_if(sgilo.layers, [&](int layer) { return !model.scores.contains(layer); });
  if (sgilo.layers.empty())
    for (const auto& [layer, score] : model.scores) sgilo.layers.push_back(layer);
  if (sgilo.layers.empty()) {
    sgilo.layers = {1};
    sgilo.use_layer_score = false;
  }
  // As many draws as the rounds of a layer leave after warm-up, with fewer evaluations too.
  const double rounds = static_cast<double>(sgilo.evaluations - third) /
                        static_cast<double>(sgilo.layers.size()) / sgilo.annealed.inner_steps;
  sgilo.kept = std::clamp(static_cast<int>((1 - sgilo.warmup) * rounds), 1, sgilo.kept);
  return {csgm, ilo, sgilo};
}

DemoResult demo(const DemoOptions& options, Observer& observer) {
  validate(options);
  const torch::Device device = device_of(options.device);
  const Model model = load_model(options.model, options);
  const std::int64_t size = model.generator->image_shape().back();
  const Tensor truth =
      portrait_images(kPortraitSeed, PortraitSplit::test, static_cast<std::uint64_t>(options.first),
                      options.portraits, static_cast<int>(size));
  std::vector<MeasuredImage> names;
  for (std::int64_t i = 0; i < options.portraits; ++i)
    names.push_back({concat("portrait ", options.first + i), center_square(size, size, size)});
  const fs::path folder = options.output;
  make_folder(folder);
  const FolderLock lock(folder);

  DemoResult out{Table({"task", "method", "estimate", "psnr", "ssim", "mse", "seconds"}), {}};
  std::vector<ImageGrid> grids(static_cast<std::size_t>(options.portraits),
                               empty_grid(options.chains));
  for (const Task& task : tasks()) {
    const Measurement measurement = measure_pictures(
        truth, names, task.forward_operator, GaussianNoiseOptions{options.noise_std}, options.seed);
    const Problem inverse = make_problem(
        measurement, model, model_error_of(model, *measurement.forward_operator), device);
    const Tensor measured = measurement.forward_operator->picture(measurement.values);
    for (std::int64_t i = 0; i < options.portraits; ++i)
      grids[static_cast<std::size_t>(i)].rows.push_back({truth[i], measured[i]});
    for (const SolverOptions& choice : demo_solvers(options.chains, options.evaluations, model)) {
      const auto solver = make_solver(choice);
      observer.on_message(concat(task.name, ": ", solver->describe()));
      const auto start = std::chrono::steady_clock::now();
      const RandomStreams streams(static_cast<std::uint64_t>(options.seed));
      SolverState state = solver->start(inverse, streams);
      run(*solver, state, inverse, streams, observer);
      if (!solver->finished(state)) return out;
      const double seconds =
          std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      Reconstruction result = reconstruction(state, inverse);
      for (Tensor* images : {&result.mean, &result.standard_deviation, &result.last, &result.best})
        *images = images->cpu();
      const std::string kind = kind_of(choice);
      add_row(out.table, task, kind, result, truth, seconds);
      for (std::int64_t i = 0; i < options.portraits; ++i) {
        auto& row = grids[static_cast<std::size_t>(i)].rows.back();
        if (kind == "sgilo")
          for (std::int64_t c = 0; c < result.last.size(1); ++c) row.push_back(result.last[i][c]);
        row.push_back(estimate_of(kind, result)[i]);
        if (kind == "sgilo") row.push_back(deviation_picture(result.standard_deviation[i]));
      }
    }
  }

  ImageGrid all = empty_grid(options.chains);
  for (std::size_t i = 0; i < grids.size(); ++i)
    for (std::size_t t = 0; t < tasks().size(); ++t) {
      all.rows.push_back(grids[i].rows[t]);
      all.row_labels.push_back(tasks()[t].name);
    }
  all.magnification = size < 100 ? 2 : 1;
  const Tensor picture = draw_image_grid(all);
  out.picture = folder / "demo.png";
  write_png(out.picture, picture);
  write_file_atomically(folder / "table.csv", out.table.csv());
  HtmlPage page("sgilo demo");
  page.paragraph(
      concat("Test portraits measured with Gaussian noise of sigma ", options.noise_std,
             " and restored with model ", model.name,
             ". CSGM and ILO show the restart that fits the measurement best; SGILO its chains, "
             "their mean and standard deviation (white is 0.5 and more)."));
  page.picture(picture);
  page.table(out.table, "best and mean: what the method returns; draw: its chains one by one");
  page.write(folder / "index.html");
  return out;
}

std::string plan(const DemoOptions& options) {
  validate(options);
  const Model model = load_model(options.model, options);
  std::string text = concat(options.portraits, " test portraits, model ", model.name, ": ",
                            model.generator->describe(), "\n");
  for (const Task& task : tasks()) text += concat("task: ", task.name, "\n");
  for (const SolverOptions& solver : demo_solvers(options.chains, options.evaluations, model))
    text += concat("method: ", make_solver(solver)->describe(), "\n");
  return text + concat("would write ", options.output, "\n");
}

}  // namespace sgilo
