#include "sgilo/workflows/demo.h"

#include <algorithm>

#include "sgilo/data/image_io.h"
#include "sgilo/files/atomic_file.h"
#include "sgilo/files/folder_lock.h"
#include "sgilo/files/make_folder.h"
#include "sgilo/machine/stopwatch.h"
#include "sgilo/metrics/psnr.h"
#include "sgilo/metrics/ssim.h"
#include "sgilo/portraits/portrait_batches.h"
#include "sgilo/report/html_page.h"
#include "sgilo/report/image_grid.h"
#include "sgilo/runs/run_report.h"
#include "sgilo/solvers/restore.h"
#include "sgilo/workflows/solve_problem.h"

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
Tensor estimate_of(const std::string& kind, const Reconstruction& result) {
  return kind == "sgilo" ? result.mean() : result.best();
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
  const Tensor last = result.last();
  row(kind == "sgilo" ? "mean" : "best", estimate_of(kind, result), truth);
  row("draw", last.flatten(0, 1), truth.repeat_interleave(last.size(1), 0));
}

ImageGrid empty_grid(int chains) {
  ImageGrid grid;
  grid.column_labels = {"truth", "measured", "CSGM", "ILO"};
  for (int c = 0; c < chains; ++c) grid.column_labels.push_back(concat("SGILO ", c + 1));
  grid.column_labels.insert(grid.column_labels.end(), {"SGILO mean", "SGILO deviation"});
  return grid;
}

// The pictures so far: one grid of rows for each portrait, and the table.
struct Gallery {
  Tensor truth;  // [portraits, 3, H, W]
  std::vector<ImageGrid> grids;
  Table table{{"task", "method", "estimate", "psnr", "ssim", "mse", "seconds"}};

  std::vector<Tensor>& row_of(std::int64_t portrait) {
    return grids[static_cast<std::size_t>(portrait)].rows.back();
  }
};

// What one method made of the portraits, at the end of their rows.
void add_pictures(Gallery& gallery, const std::string& kind, const Reconstruction& result) {
  const Tensor estimate = estimate_of(kind, result), last = result.last(),
               deviation = result.standard_deviation();
  for (std::int64_t i = 0; i < gallery.truth.size(0); ++i) {
    auto& row = gallery.row_of(i);
    if (kind == "sgilo")
      for (std::int64_t c = 0; c < last.size(1); ++c) row.push_back(last[i][c]);
    row.push_back(estimate[i]);
    if (kind == "sgilo") row.push_back(deviation_picture(deviation[i]));
  }
}

// One task by all methods; false when the observer stopped it.
bool add_task(Gallery& gallery, const Task& task, const Measurement& measurement,
              const Model& model, const DemoOptions& options, Observer& observer) {
  const Problem problem = make_problem(
      measurement, model, model.error.of(*measurement.forward_operator), device_of(options.device));
  const Tensor measured = measurement.forward_operator->picture(measurement.values);
  for (std::int64_t i = 0; i < options.portraits; ++i)
    gallery.grids[static_cast<std::size_t>(i)].rows.push_back({gallery.truth[i], measured[i]});
  for (const SolverOptions& choice : demo_solvers(options.chains, options.evaluations, model)) {
    const auto solver = make_solver(choice);
    observer.on_message(concat(task.name, ": ", solver->describe()));
    const Stopwatch watch;
    const Reconstruction result =
        restore(problem, *solver, row_keys(options.portraits, chains_of(choice)),
                RandomStreams(static_cast<std::uint64_t>(options.seed)), observer);
    if (!result.finished) return false;
    const std::string kind = kind_of(choice);
    add_row(gallery.table, task, kind, result, gallery.truth, watch.seconds());
    add_pictures(gallery, kind, result);
  }
  return true;
}

void write_gallery(const Gallery& gallery, const DemoOptions& options, const Model& model,
                   const fs::path& file) {
  ImageGrid all = empty_grid(options.chains);
  for (const ImageGrid& grid : gallery.grids)
    for (std::size_t t = 0; t < tasks().size(); ++t) {
      all.rows.push_back(grid.rows[t]);
      all.row_labels.push_back(tasks()[t].name);
    }
  all.magnification = gallery.truth.size(3) < 100 ? 2 : 1;
  const Tensor picture = draw_image_grid(all);
  write_png(file, picture);
  write_file_atomically(file.parent_path() / "table.csv", gallery.table.csv());
  HtmlPage page("sgilo demo");
  page.paragraph(
      concat("Test portraits measured with Gaussian noise of sigma ", options.noise_std,
             " and restored with model ", model.name,
             ". CSGM and ILO show the restart that fits the measurement best; SGILO its chains, "
             "their mean and standard deviation (white is 0.5 and more)."));
  page.picture(picture);
  page.table(gallery.table, "best and mean: what the method returns; draw: its chains one by one");
  page.write(file.parent_path() / "index.html");
}

}  // namespace

std::vector<SolverOptions> demo_solvers(int chains, int evaluations, const Model& model) {
  CsgmOptions csgm;
  csgm.chains = chains;
  csgm.evaluations = evaluations;
  IloOptions ilo;
  ilo.chains = chains;
  const int third = std::max(1, evaluations / 3);
  ilo.shares = {std::max(1, evaluations - 2 * third), third, third};
  ilo.evaluations = ilo.shares[0] + 2 * third;
  SgiloOptions sgilo;
  sgilo.chains = chains;
  sgilo.evaluations = std::max(2, evaluations);
  std::erase_if(sgilo.layers, [&](int layer) { return !model.priors.has(layer, Role::layer); });
  if (sgilo.layers.empty()) sgilo.layers = model.priors.layers();
  if (sgilo.layers.empty()) {
    sgilo.layers = SgiloOptions().layers;
    sgilo.use_layer_score = false;
  }
  return {csgm, ilo, sgilo};
}

DemoResult demo(const DemoOptions& options, Observer& observer) {
  validate(options);
  const Model model = load_model({options.model}, options);
  const std::int64_t size = model.generator->image_shape().back();
  std::vector<MeasuredImage> names;
  for (std::int64_t i = 0; i < options.portraits; ++i)
    names.push_back({concat("portrait ", options.first + i), center_square(size, size, size)});
  const fs::path folder = options.output;
  make_folder(folder);
  const FolderLock lock(folder);

  Gallery gallery{.truth = portrait_images(kPortraitSeed, PortraitSplit::test,
                                           static_cast<std::uint64_t>(options.first),
                                           options.portraits, static_cast<int>(size)),
                  .grids = std::vector(static_cast<std::size_t>(options.portraits),
                                       empty_grid(options.chains))};
  for (const Task& task : tasks()) {
    const Measurement measurement =
        measure_pictures(gallery.truth, names, task.forward_operator,
                         GaussianNoiseOptions{options.noise_std}, options.seed);
    if (!add_task(gallery, task, measurement, model, options, observer)) return {gallery.table, {}};
  }
  write_gallery(gallery, options, model, folder / "demo.png");
  return {gallery.table, folder / "demo.png"};
}

std::string plan(const DemoOptions& options) {
  validate(options);
  const Model model = load_model({options.model}, options);
  std::string text = concat(options.portraits, " test portraits, model ", model.name, ": ",
                            model.generator->describe(), "\n");
  for (const Task& task : tasks()) text += concat("task: ", task.name, "\n");
  for (const SolverOptions& solver : demo_solvers(options.chains, options.evaluations, model))
    text += concat("method: ", make_solver(solver)->describe(), "\n");
  return text + concat("would write ", options.output, "\n");
}

}  // namespace sgilo
