// The main job on the model that comes with the program: portraits that it has never seen, three
// ways of damaging them, three ways of restoring them; one labelled picture and a table. Each
// restoration is a run folder under runs/, from which an interrupted demo goes on.
#pragma once

#include "sgilo/report/table.h"
#include "sgilo/workflows/solve.h"

namespace sgilo {

struct DemoOptions : GeneratorRunOptions {
  std::string model = "models/portraits64";
  std::int64_t portraits = 2;
  std::int64_t first = 0;
  int chains = 4;
  int evaluations = 300;
  double noise_std = 0.01;
  std::string output = "demo";
  static constexpr auto fields() {
    using O = DemoOptions;
    return std::tuple_cat(
        std::tuple{
            field("model", &O::model, "model folder"),
            field("portraits", &O::portraits, "how many test portraits", positive<std::int64_t>),
            field("first", &O::first, "index of the first in the test split",
                  non_negative<std::int64_t>),
            field("chains", &O::chains, "chains and restarts of every method", positive<int>),
            field("evaluations", &O::evaluations, "generator evaluations per chain of each method",
                  positive<int>),
            field("noise_std", &O::noise_std, "sigma of the noise", positive<double>),
            field("output", &O::output,
                  "folder of demo.png, table.csv, index.html and runs/; an interrupted demo of the "
                  "same options goes on from there")},
        generator_fields());
  }
};

struct DemoResult {
  Table table;  // task, method, estimate, psnr, ssim, mse, seconds
  std::filesystem::path picture;
};

// Throws ConfigError, FormatError, Error; a demo that the observer stops throws nothing, keeps what is
// done and has an empty picture path.
DemoResult demo(const DemoOptions& options, Observer& observer);

// What demo() would do, in lines; throws where options or model are wrong.
std::string plan(const DemoOptions& options);

// The solvers of the demo, each with the same number of evaluations per chain.
std::vector<SolverOptions> demo_solvers(int chains, int evaluations, const Model& model);

}  // namespace sgilo
