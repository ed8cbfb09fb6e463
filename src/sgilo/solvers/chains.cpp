#include "sgilo/solvers/chains.h"

#include "sgilo/core/shape.h"
#include "sgilo/solvers/variables.h"

namespace sgilo {
namespace {

void require_whole(const Problem& problem, const std::vector<RowKey>& rows) {
  if (!problem.generator || !problem.forward_operator)
    throw ConfigError("a problem needs a generator and an operator, but one is missing");
  const std::int64_t images = problem.measurements.defined() ? problem.measurements.size(0) : 0;
  Shape expected = problem.forward_operator->measurement_shape();
  expected.insert(expected.begin(), images);
  if (images == 0 || problem.measurements.sizes() != torch::IntArrayRef(expected)) {
    expected[0] = std::max<std::int64_t>(images, 1);
    throw ConfigError(
        concat("measurements have shape ",
               problem.measurements.defined() ? shape_text(problem.measurements.sizes()) : "none",
               ", but operator ", problem.forward_operator->describe(), " produces ",
               shape_text(expected)));
  }
  if (rows.empty()) throw ConfigError("a solver needs at least one row, but is given none");
  for (const RowKey& row : rows)
    if (row.image >= static_cast<std::uint64_t>(images))
      throw ConfigError(concat("rows must be of the ", images,
                               " images that are measured, counted from 0, but one is of image ",
                               row.image));
}

}  // namespace

SolverState start_chains(const Problem& problem, const std::vector<RowKey>& rows,
                         const RandomStreams& streams) {
  require_whole(problem, rows);
  SolverState state;
  state.rows = rows;
  state.failures.resize(rows.size());
  state.latent = problem.generator->draw(0, children(row_streams(state, streams), "start"));
  return state;
}

std::vector<RandomStreams> row_streams(const SolverState& state, const RandomStreams& streams) {
  std::vector<RandomStreams> out;
  for (const RowKey& row : state.rows)
    out.push_back(streams.child("image", row.image).child("chain", row.chain));
  return out;
}

Tensor row_measurements(const Problem& problem, const SolverState& state) {
  std::vector<std::int64_t> images;
  for (const RowKey& row : state.rows) images.push_back(static_cast<std::int64_t>(row.image));
  return problem.measurements.index_select(
      0, torch::tensor(images, torch::kInt64).to(problem.measurements.device()));
}

Tensor healthy_rows(const std::vector<std::string>& failures) {
  Tensor healthy = torch::ones({static_cast<std::int64_t>(failures.size())}, torch::kBool);
  for (std::size_t row = 0; row < failures.size(); ++row)
    if (!failures[row].empty()) healthy[static_cast<std::int64_t>(row)] = false;
  return healthy;
}

void mark_failures(SolverState& state, const Tensor& finite, std::string_view what) {
  const Tensor on_cpu = finite.cpu();
  const bool* ok = on_cpu.data_ptr<bool>();
  for (std::size_t row = 0; row < state.failures.size(); ++row)
    if (!ok[row] && state.failures[row].empty())
      state.failures[row] =
          concat("image ", state.rows[row].image + 1, ", chain ", state.rows[row].chain + 1, ": ",
                 what, " is not finite at step ", state.step);
}

void move_chains(SolverState& state, const LatentState& proposed) {
  mark_failures(state, finite_rows(proposed), "a variable");
  const Tensor healthy = healthy_rows(state.failures);
  state.latent = mapped(proposed, [&](const Variable& x) {
    return where_rows(healthy, x.value.detach(), state.latent.at(x.name));
  });
}

std::vector<Tensor> row_groups(const Problem& problem, std::int64_t rows) {
  const std::int64_t most = problem.rows_at_once > 0 ? problem.rows_at_once : rows;
  return torch::arange(rows, torch::kInt64).split(std::max<std::int64_t>(1, most));
}

void keep_draw(SolverState& state, const Problem& problem) {
  const torch::NoGradGuard no_grad;
  std::vector<Tensor> images;
  for (const Tensor& rows : row_groups(problem, state.latent.rows()))
    images.push_back(problem.generator->decode(state.latent.select_rows(rows)));
  keep_image(state, problem, torch::cat(images));
}

void keep_image(SolverState& state, const Problem& problem, const Tensor& image) {
  const Tensor prediction = problem.forward_operator->apply(image);
  const Tensor target = row_measurements(problem, state);
  state.counts.decodes += image.size(0);
  const auto append = [](Tensor& all, const Tensor& value) {
    all = all.defined() ? torch::cat({all, value.unsqueeze(1)}, 1) : value.unsqueeze(1).clone();
  };
  append(state.draws.images, image);
  append(state.draws.losses, half_squared_residual(prediction, target));
  append(state.draws.energies, problem.likelihood.energy(prediction, target));
}

double healthy_mean(const SolverState& state, const Tensor& values) {
  return values.index({healthy_rows(state.failures).to(values.device())}).mean().item<double>();
}

}  // namespace sgilo
