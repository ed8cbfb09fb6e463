// An inverse problem whose posterior is known: linear generator, matrix operator, Gaussian priors.
#pragma once

#include "sgilo/sampling/gaussian_score.h"
#include "sgilo/solvers/problem.h"
#include "support/linear_generator.h"
#include "support/matrix_operator.h"

namespace sgilo {

struct LinearProblem {
  LinearGenerator generator;
  MatrixOperator matrix;
  Problem problem;
  LatentState truth;  // [images]: where the measurements come from

  // Measurements of `images` draws of the generator with noise of standard deviation sigma; every
  // variable has the prior N(0, variance I).
  LinearProblem(const LinearGeneratorOptions& options, std::int64_t images, double sigma,
                double feature_variance = 1, double style_variance = 1)
      : generator(options),
        matrix(torch::eye(options.pixels, options.type), generator.image_shape()) {
    problem.generator = &generator;
    problem.forward_operator = &matrix;
    problem.noise_std = sigma;
    std::vector<RandomStreams> rows;
    for (std::int64_t i = 0; i < images; ++i)
      rows.push_back(RandomStreams(options.seed).child("truth", static_cast<std::uint64_t>(i)));
    truth = generator.draw(1, rows);
    truth.at("features") = normal_rows(children(rows, "features"), {options.features})
                               .to(options.type)
                               .mul(std::sqrt(feature_variance));
    const Tensor clean = matrix.apply(generator.decode(truth));
    problem.measurements =
        clean + sigma * normal_rows(children(rows, "xi"), {options.pixels}).to(options.type);
    const auto gaussian = [&](double variance) {
      const auto zero = torch::zeros({1}, options.type);
      return VariablePrior{gaussian_score(problem.sde, zero, zero + variance), {}, {}};
    };
    problem.priors[0] = {{"styles", gaussian(style_variance)}};
    problem.priors[1] = {{"styles", gaussian(style_variance)},
                         {"features", gaussian(feature_variance)}};
  }
  LinearProblem(const LinearProblem&) = delete;
  LinearProblem& operator=(const LinearProblem&) = delete;
};

}  // namespace sgilo
