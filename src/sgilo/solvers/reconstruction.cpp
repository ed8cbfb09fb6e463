#include "sgilo/solvers/reconstruction.h"

#include <algorithm>
#include <numeric>

#include "sgilo/core/error.h"
#include "sgilo/solvers/chains.h"

namespace sgilo {
namespace {

Tensor indices(const std::vector<std::int64_t>& rows) { return torch::tensor(rows, torch::kInt64); }

Tensor rows_of(const Tensor& x, const std::vector<std::int64_t>& rows) {
  return x.index_select(0, indices(rows).to(x.device()));
}

// Mean over all axes but the last three; NaN where no draw is left.
Tensor mean_image(const Tensor& draws) { return draws.flatten(0, -4).mean(0); }

// What `of` makes of the rows of each image that did not fail, stacked.
template <class Of>
Tensor per_image(const Reconstruction& r, const Of& of) {
  std::vector<Tensor> out;
  for (const std::uint64_t image : r.images()) {
    std::vector<std::int64_t> healthy;
    for (std::size_t row = 0; row < r.rows.size(); ++row)
      if (r.rows[row].image == image && r.failures[row].empty())
        healthy.push_back(static_cast<std::int64_t>(row));
    out.push_back(of(healthy));
  }
  return torch::stack(out);
}

template <class Member>
Tensor concatenated(const std::vector<Reconstruction>& parts, const Member& member) {
  std::vector<Tensor> all;
  for (const Reconstruction& part : parts) all.push_back(member(part).cpu());
  return torch::cat(all);
}

}  // namespace

std::vector<std::uint64_t> Reconstruction::images() const {
  std::vector<std::uint64_t> out;
  for (const RowKey& row : rows) out.push_back(row.image);
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

Tensor Reconstruction::mean() const {
  return per_image(*this,
                   [&](const auto& healthy) { return mean_image(rows_of(draws.images, healthy)); });
}

Tensor Reconstruction::standard_deviation() const {
  return per_image(*this, [&](const auto& healthy) {
    const Tensor own = rows_of(draws.images, healthy);
    return mean_image((own - mean_image(own)).square()).sqrt();
  });
}

Tensor Reconstruction::best() const {
  return per_image(*this, [&](const auto& healthy) {
    const Tensor own = rows_of(draws.images, healthy);
    if (healthy.empty()) return mean_image(own);
    const Tensor energies = rows_of(draws.energies, healthy).select(1, -1);
    return own[energies.argmin().template item<std::int64_t>()][-1];
  });
}

Tensor Reconstruction::by_image(const Tensor& values) const {
  const auto images = static_cast<std::int64_t>(this->images().size()),
             chains = static_cast<std::int64_t>(rows.size()) / images;
  for (std::size_t row = 0; row < rows.size(); ++row)
    if (rows[row].image !=
            rows[row / static_cast<std::size_t>(chains) * static_cast<std::size_t>(chains)].image ||
        static_cast<std::int64_t>(rows.size()) != images * chains)
      throw ConfigError("results by image need as many chains of each image as of the others");
  Shape shape{images, chains};
  shape.insert(shape.end(), values.sizes().begin() + 1, values.sizes().end());
  return values.reshape(shape);
}

Tensor Reconstruction::last() const { return by_image(draws.images.select(1, -1)); }
Tensor Reconstruction::last_losses() const { return by_image(draws.losses.select(1, -1)); }

Reconstruction reconstruction(const SolverState& state, const Problem& problem) {
  SolverState ended = state;
  if (!ended.draws.images.defined()) {  // stopped before the first
    const torch::NoGradGuard no_grad;
    keep_draw(ended, problem);
  }
  return {.rows = ended.rows,
          .draws = ended.draws,
          .latent = ended.latent.detached(),
          .counts = ended.counts,
          .failures = ended.failures};
}

Reconstruction joined(const std::vector<Reconstruction>& parts) {
  if (parts.empty()) throw ConfigError("a run is joined of at least one part, but there is none");
  Reconstruction all;
  std::vector<LatentState> latents;
  for (const Reconstruction& part : parts) {
    if (part.draws.images.size(1) != parts.front().draws.images.size(1))
      throw ConfigError(concat("parts of a run must keep the same number of draws, but keep ",
                               parts.front().draws.images.size(1), " and ",
                               part.draws.images.size(1)));
    all.rows.insert(all.rows.end(), part.rows.begin(), part.rows.end());
    all.failures.insert(all.failures.end(), part.failures.begin(), part.failures.end());
    all.counts += part.counts;
    all.finished = all.finished && part.finished;
    latents.push_back(
        mapped(part.latent, [](const Variable& x) { return x.value.detach().cpu(); }));
  }
  std::vector<std::int64_t> order(all.rows.size());
  std::iota(order.begin(), order.end(), std::int64_t{0});
  std::sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
    return all.rows[static_cast<std::size_t>(a)] < all.rows[static_cast<std::size_t>(b)];
  });
  const auto sorted = [&](const auto& values) {
    auto out = values;
    for (std::size_t i = 0; i < order.size(); ++i)
      out[i] = values[static_cast<std::size_t>(order[i])];
    return out;
  };
  all.rows = sorted(all.rows);
  all.failures = sorted(all.failures);
  if (const auto twice = std::adjacent_find(all.rows.begin(), all.rows.end());
      twice != all.rows.end())
    throw ConfigError(concat("parts of a run must hold each chain once, but image ",
                             twice->image + 1, ", chain ", twice->chain + 1, " occurs twice"));
  const auto tensor = [&](Tensor Draws::*member) {
    return rows_of(concatenated(parts, [&](const Reconstruction& r) { return r.draws.*member; }),
                   order);
  };
  all.draws = {.images = tensor(&Draws::images),
               .losses = tensor(&Draws::losses),
               .energies = tensor(&Draws::energies)};
  all.latent = LatentState::concatenated(latents).select_rows(indices(order));
  return all;
}

}  // namespace sgilo
