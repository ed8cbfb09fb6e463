#include "sgilo/workflows/demo.h"

#include <algorithm>

#include "sgilo/checkpoint/hashed_file.h"
#include "sgilo/data/image_io.h"
#include "sgilo/files/atomic_file.h"
#include "sgilo/files/folder.h"
#include "sgilo/files/folder_lock.h"
#include "sgilo/metrics/psnr.h"
#include "sgilo/metrics/ssim.h"
#include "sgilo/portraits/portrait_batches.h"
#include "sgilo/report/html_page.h"
#include "sgilo/report/image_grid.h"
#include "sgilo/runs/finished_run.h"
#include "sgilo/runs/run_report.h"
#include "sgilo/workflows/solve_problem.h"

namespace sgilo {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kPortraitSeed = 0;

struct Task {
  std::string name, file;  // for people, of files
  OperatorOptions forward_operator;
};

std::vector<Task> tasks() {
  return {{"5 % of pixels", "inpaint-5", InpaintingOptions{0.05}},
          {"1.5 % of pixels", "inpaint-1.5", InpaintingOptions{0.015}},
          {"8 x downsampled", "downsample-8", DownsamplingOptions{}}};
}

std::string kind_of(const SolverOptions& solver) {
  return std::visit([](const auto& o) { return std::string(o.kind); }, solver);
}

// The estimate that a method's paper takes: CSGM and ILO the restart with the lowest measurement loss,
// SGILO its posterior mean.
const char* estimate_of(const std::string& kind) { return kind == "sgilo" ? "mean" : "best"; }

// The same three estimates of every method, so that equals are compared.
void add_rows(Table& table, const Task& task, const std::string& kind, const FinishedRun& run,
              const Tensor& truth) {
  const auto add = [&](const std::string& estimate, const Tensor& images, const Tensor& reference) {
    const auto mean = [](const Tensor& x) { return x.mean().item<double>(); };
    table.add_row({task.name, kind, estimate, number_text(mean(psnr(images, reference)), 4),
                   truth.size(2) < 11 ? "" : number_text(mean(ssim(images, reference)), 3),
                   number_text(mean(mean_squared_error(images, reference)), 3),
                   number_text(run.manifest.value("seconds", 0.0), 3)});
  };
  for (const char* estimate : {"mean", "best"}) add(estimate, run.draws.at(estimate), truth);
  const Tensor& last = run.draws.at("last");
  add("draw", last.flatten(0, 1), truth.repeat_interleave(last.size(1), 0));
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
void add_pictures(Gallery& gallery, const std::string& kind, const FinishedRun& run) {
  const Tensor &estimate = run.draws.at(estimate_of(kind)), &last = run.draws.at("last");
  for (std::int64_t i = 0; i < gallery.truth.size(0); ++i) {
    auto& row = gallery.row_of(i);
    if (kind == "sgilo")
      for (std::int64_t c = 0; c < last.size(1); ++c) row.push_back(last[i][c]);
    row.push_back(estimate[i]);
    if (kind == "sgilo")
      row.push_back(deviation_picture(require_tensor(run.draws, "standard_deviation")[i]));
  }
}

SolveOptions solve_options(const DemoOptions& options, const SolverOptions& solver,
                           const fs::path& measurement, const fs::path& output) {
  SolveOptions solve;
  static_cast<GeneratorRunOptions&>(solve) = options;
  solve.model = options.model;
  solve.solver = solver;
  solve.measurement = measurement.string();
  solve.output = output.string();
  return solve;
}

// A run that the same demo left goes on, or is finished already; another one gives way.
RunMode mode_for(const SolveOptions& options, const Model& model,
                 const std::string& measurement_hash) {
  const fs::path manifest = fs::path(options.output) / "manifest.json";
  if (!fs::exists(manifest)) return RunMode::fresh;
  const Json earlier = read_json_file(manifest);
  const bool same = earlier.is_object() && earlier.value("model_hash", Json()) == model.hash &&
                    earlier.value("measurement_hash", Json()) == measurement_hash &&
                    RunFolder::holds(options.output, repeatable(options, model),
                                     {"measurement", "model", "output", "threads"});
  return same ? RunMode::resume : RunMode::force;
}

// One task by all methods, each a run of its own; false when the observer stopped it.
bool add_task(Gallery& gallery, const Task& task, const Measurement& measurement,
              const Model& model, const DemoOptions& options, Observer& observer) {
  const fs::path runs = fs::path(options.output) / "runs",
                 file = runs / (task.file + ".safetensors");
  write_measurement(file, measurement);
  const std::string hash = read_hashed(file).sha256;
  const Tensor measured = measurement.forward_operator->picture(measurement.values);
  for (std::int64_t i = 0; i < options.portraits; ++i)
    gallery.grids[static_cast<std::size_t>(i)].rows.push_back({gallery.truth[i], measured[i]});
  for (const SolverOptions& choice : demo_solvers(options.chains, options.evaluations, model)) {
    const std::string kind = kind_of(choice);
    const SolveOptions solve =
        solve_options(options, choice, file, runs / concat(task.file, "-", kind));
    observer.on_message(concat(task.name, ": ", make_solver(choice)->describe()));
    if (!solve_measurement(measurement, hash, model, solve, mode_for(solve, model, hash), observer)
             .finished)
      return false;
    const FinishedRun run = read_finished_run(solve.output);
    add_rows(gallery.table, task, kind, run, gallery.truth);
    add_pictures(gallery, kind, run);
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
  page.table(
      gallery.table,
      "mean: of all kept draws, for CSGM and ILO of their restarts; best: the chain that fits "
      "the measurement best; draw: the last of each chain, one by one");
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
  const Folder folder = Folder::made(options.output);
  folder.made_folder("runs");
  const FolderLock lock(folder);
  folder.require_plain_files();

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
  const fs::path picture = folder / "demo.png";
  write_gallery(gallery, options, model, picture);
  return {gallery.table, picture};
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
