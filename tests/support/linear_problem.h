// An inverse problem whose posterior is known: linear generator, matrix operator, Gaussian priors.
#pragma once

#include "sgilo/operators/make_noise.h"
#include "sgilo/sampling/gaussian_score.h"
#include "sgilo/solvers/restore.h"
#include "support/linear_generator.h"
#include "support/matrix_operator.h"

namespace sgilo {

// The likelihood of noise of standard deviation sigma alone.
inline Likelihood gaussian_likelihood(double sigma) {
  return Likelihood(make_noise(GaussianNoiseOptions{.sigma = sigma}));
}

struct LinearProblem {
  LinearGenerator generator;
  MatrixOperator matrix;
  LatentState truth;  // [images]: where the measurements come from
  Problem problem;

  // Measurements of `images` draws of the generator with noise of standard deviation sigma; features
  // and styles have the prior N(0, variance I), noises N(0, I).
  LinearProblem(const LinearGeneratorOptions& options, std::int64_t images, double sigma,
                double feature_variance = 1, double style_variance = 1)
      : generator(options),
        matrix(torch::eye(options.pixels, options.type), generator.image_shape()),
        truth(drawn(options, images, feature_variance)),
        problem{.generator = &generator,
                .forward_operator = &matrix,
                .measurements = measured(options, images, sigma),
                .likelihood = gaussian_likelihood(sigma)} {
    const auto gaussian = [&](double variance) {
      const auto zero = torch::zeros({1}, options.type);
      return Prior{gaussian_score(Sde(), zero, zero + variance), Sde()};
    };
    for (const int stage : {0, 1}) {
      problem.priors.set(stage, Role::code, gaussian(style_variance));
      problem.priors.set(stage, Role::noise, standard_normal());
    }
    problem.priors.set(1, Role::layer, gaussian(feature_variance));
  }
  LinearProblem(const LinearProblem&) = delete;
  LinearProblem& operator=(const LinearProblem&) = delete;

  std::int64_t images() const { return problem.measurements.size(0); }
  double variance() const { return problem.likelihood.scale(); }

 private:
  static std::vector<RandomStreams> streams(const LinearGeneratorOptions& options,
                                            std::int64_t images) {
    std::vector<RandomStreams> rows;
    for (std::int64_t i = 0; i < images; ++i)
      rows.push_back(RandomStreams(options.seed).child("truth", static_cast<std::uint64_t>(i)));
    return rows;
  }
  LatentState drawn(const LinearGeneratorOptions& options, std::int64_t images,
                    double feature_variance) const {
    const auto rows = streams(options, images);
    LatentState state = generator.draw(1, rows);
    state.at(Role::layer) = normal_rows(children(rows, "features"), {options.features})
                                .to(options.type)
                                .mul(std::sqrt(feature_variance));
    return state;
  }
  Tensor measured(const LinearGeneratorOptions& options, std::int64_t images, double sigma) const {
    const Tensor noise =
        normal_rows(children(streams(options, images), "xi"), {options.pixels}).to(options.type);
    return matrix.apply(generator.decode(truth)) + sigma * noise;
  }
};

// The state of a run of `chains` chains of every image, at its end.
inline SolverState ended(const Solver& solver, const Problem& problem, std::int64_t chains,
                         std::uint64_t seed, Observer& observer) {
  SolverState state = solver.start(problem, row_keys(problem.measurements.size(0), chains),
                                   RandomStreams(seed));
  run(solver, state, problem, RandomStreams(seed), observer);
  return state;
}
inline SolverState ended(const Solver& solver, const Problem& problem, std::int64_t chains,
                         std::uint64_t seed) {
  Observer silent;
  return ended(solver, problem, chains, seed, silent);
}

}  // namespace sgilo
