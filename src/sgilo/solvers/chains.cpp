#include "sgilo/solvers/chains.h"

#include "sgilo/core/shape.h"
#include "sgilo/solvers/energy.h"
#include "sgilo/solvers/variables.h"

namespace sgilo {

SolverState start_chains(const Problem& problem, std::int64_t chains,
                         const RandomStreams& streams) {
  if (!problem.generator || !problem.forward_operator)
    throw ConfigError("a problem needs a generator and an operator, but one is missing");
  if (!(problem.noise_std >= 0 && problem.model_error_std >= 0 &&
        problem.likelihood_variance() > 0))
    throw ConfigError(
        concat("noise_std and model_error_std must be at least 0 and not both 0, but "
               "are ",
               problem.noise_std, " and ", problem.model_error_std));
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
  if (!problem.image_keys.empty() && static_cast<std::int64_t>(problem.image_keys.size()) != images)
    throw ConfigError(concat("image_keys must name each of the ", images, " images, but there are ",
                             problem.image_keys.size()));

  SolverState state;
  state.images = images;
  state.chains = chains;
  state.failures.resize(static_cast<std::size_t>(images * chains));
  state.counters = {{"evaluations", 0}, {"score_evaluations", 0}, {"decodes", 0}};
  state.latent =
      problem.generator->draw(0, children(row_streams(problem, state, streams), "start"));
  return state;
}

std::vector<RandomStreams> row_streams(const Problem& problem, const SolverState& state,
                                       const RandomStreams& streams) {
  std::vector<RandomStreams> rows;
  for (std::int64_t image = 0; image < state.images; ++image) {
    const auto i = static_cast<std::uint64_t>(image);
    const auto own = streams.child("image", problem.image_keys.empty() ? i : problem.image_keys[i]);
    for (std::int64_t chain = 0; chain < state.chains; ++chain)
      rows.push_back(own.child("chain", static_cast<std::uint64_t>(chain)));
  }
  return rows;
}

Tensor row_measurements(const Problem& problem, const SolverState& state) {
  return problem.measurements.repeat_interleave(state.chains, 0);
}

Tensor healthy_rows(const SolverState& state) {
  Tensor healthy = torch::ones({state.images * state.chains}, torch::kBool);
  for (std::size_t row = 0; row < state.failures.size(); ++row)
    if (!state.failures[row].empty()) healthy[static_cast<std::int64_t>(row)] = false;
  return healthy;
}

void mark_failures(SolverState& state, const Tensor& finite, std::string_view what) {
  const Tensor on_cpu = finite.cpu();
  const bool* ok = on_cpu.data_ptr<bool>();
  for (std::size_t row = 0; row < state.failures.size(); ++row)
    if (!ok[row] && state.failures[row].empty()) {
      const auto r = static_cast<std::int64_t>(row);
      state.failures[row] = concat("image ", r / state.chains + 1, ", chain ", r % state.chains + 1,
                                   ": ", what, " is not finite at step ", state.step);
    }
}

void move_chains(SolverState& state, const LatentState& proposed) {
  mark_failures(state, finite_rows(proposed), "a variable");
  const Tensor healthy = healthy_rows(state);
  state.latent = mapped(proposed, [&](const std::string& name, const Tensor& x) {
    return where_rows(healthy, x.detach(), state.latent.at(name));
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
  const Tensor loss = measurement_loss(problem, image, row_measurements(problem, state));
  state.counters["decodes"] += static_cast<double>(image.size(0));
  const auto append = [&](const std::string& name, const Tensor& value) {
    Tensor& all = state.tensors[name];
    all = all.defined() ? torch::cat({all, value.unsqueeze(1)}, 1) : value.unsqueeze(1).clone();
  };
  append("draws", image);
  append("draw_losses", loss);
}

bool keeps_draw(std::int64_t round, std::int64_t first, std::int64_t rounds, std::int64_t kept) {
  if (round < first) return false;
  const std::int64_t available = rounds - first;
  return (round - first + 1) * kept / available > (round - first) * kept / available;
}

double healthy_mean(const SolverState& state, const Tensor& values) {
  return values.index({healthy_rows(state).to(values.device())}).mean().item<double>();
}

void forget(SolverState& state, std::string_view prefix) {
  const auto ours = [&](const auto& entry) { return entry.first.starts_with(prefix); };
  std::erase_if(state.tensors, ours);
  std::erase_if(state.counters, ours);
}

}  // namespace sgilo
