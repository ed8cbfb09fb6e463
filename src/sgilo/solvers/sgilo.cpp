#include "sgilo/solvers/sgilo.h"

#include <algorithm>
#include <cmath>

#include "sgilo/sampling/langevin.h"
#include "sgilo/sampling/probability_flow.h"
#include "sgilo/solvers/adam.h"
#include "sgilo/solvers/chains.h"
#include "sgilo/solvers/energy.h"
#include "sgilo/solvers/lbfgs.h"
#include "sgilo/solvers/preconditioner.h"
#include "sgilo/solvers/variables.h"

namespace sgilo {
namespace {

// One round of a stage, as the integrators below see it: the chains' variables, their posterior and
// their randomness.
struct Round {
  const Problem& problem;
  SolverState& state;
  std::vector<RandomStreams> rows;  // of this step
  std::int64_t index = 0;           // of this stage's rounds
  std::int64_t rounds = 0;
  std::int64_t evaluations = 0;  // in this round
  double heat = 0;  // 1 at the start of the warm-up, 0 from its end on; positive while adapting
  Tensor loss{};    // [rows]: the last that was evaluated

  const Sde& sde() const { return problem.sde; }
  double variance() const { return problem.likelihood_variance(); }

  DataTerm data(const LatentState& v, const Tensor& target, double with_variance) {
    DataTerm out = data_term(problem, v, target, with_variance, state);
    loss = out.loss;
    return out;
  }

  // N(0, I) of the shape of x.
  Tensor noise(std::string_view purpose, std::string_view variable, const Tensor& x,
               std::int64_t number = 0) const {
    const auto use = children(rows, purpose, static_cast<std::uint64_t>(number));
    return noise_like(x, children(use, variable));
  }

  // The prior's score of one variable; a row where it is not finite fails and has score 0.
  ScoreFunction score(const std::string& name) {
    const auto& priors = problem.priors;
    const auto stage = priors.find(state.latent.layer);
    if (stage == priors.end() || !stage->second.contains(name))
      return [](const Tensor& x, const Tensor&) { return -x; };  // noise inputs: N(0, I) at every t
    const ScoreFunction& own = stage->second.at(name).score;
    return [this, &own, name](const Tensor& x, const Tensor& t) {
      const torch::NoGradGuard no_grad;
      const Tensor value = own(x, t);
      const Tensor finite = finite_rows(value);
      state.counters["score_evaluations"] += static_cast<double>(x.size(0));
      mark_failures(state, finite, concat("the score of ", name));
      return where_rows(finite, value, torch::zeros_like(value));
    };
  }
};

// v <- v + eta P (drift - gradient) + sqrt(2 eta P / b) xi with P = 1 / (precision + E[gradient^2])
// and eta lowered to what is stable on each row, both found in warm-up.
LatentState preconditioned_langevin(Round& round, const LatentState& v, const LatentState& gradient,
                                    const LatentState& drift, double precision, double variance,
                                    double step_size, double inverse_temperature = 1,
                                    std::int64_t number = 0) {
  SolverState& state = round.state;
  const bool adapting = round.heat > 0;
  if (adapting) adapt_preconditioner(state, gradient, variance);
  const LatentState metric = mapped(v, [&](const std::string& name, const Tensor&) {
    return preconditioner(state, name, precision, variance);
  });
  const Tensor eta = stable_step(state, flattened(v), flattened(gradient), flattened(metric),
                                 variance, step_size, adapting);
  return mapped(v, [&](const std::string& name, const Tensor& x) {
    return langevin_step(x, drift.at(name) - gradient.at(name),
                         round.noise("langevin", name, x, number),
                         per_row(eta, x) * metric.at(name), inverse_temperature);
  });
}

// Equation 2: v <- v + eta (s(v) - grad U_data(v)) + sqrt(2 eta / b) xi, with or without a diagonal
// metric; s(v) is the score of the slightly smoothed prior. sigma falls to its own value over the
// warm-up.
LatentState langevin_round(Round& round, const LangevinIntegratorOptions& o) {
  const LatentState& v = round.state.latent;
  const double t = round.sde().t_of_std(o.score_std);
  const double variance = round.variance() * std::pow(o.noise_annealing, 2 * round.heat);
  const LatentState gradient =
      round.data(v, row_measurements(round.problem, round.state), variance).gradient;
  const LatentState score = mapped(v, [&](const std::string& name, const Tensor& x) {
    return smoothed_score(round.score(name), round.sde(), x, t);
  });
  if (o.precondition)
    return preconditioned_langevin(round, v, gradient, score, 1, variance, o.step_size,
                                   o.inverse_temperature);
  return mapped(v, [&](const std::string& name, const Tensor& x) {
    return langevin_step(x, score.at(name) - gradient.at(name), round.noise("langevin", name, x),
                         o.step_size, o.inverse_temperature);
  });
}

// The gradient flow of the data term for time std^2, then the prior's own kernel ("Speed
// Ablation"):
//   v <- v - h grad U_data(v), n times, n h = std(t)^2;
//   v_t ~ p(v_t | v_0 = v);  v ~ N(E[v_0 | v_t], std(t)^2 I), the reverse SDE from t to 0 in one
//   step
// which leaves N(0, I) invariant, and for small t is a Langevin step of size std(t)^2 on any prior.
// t is the largest that n stable steps allow, per chain. A direction of curvature c with n h c = a
// gets 2 a / (1 - e^{-2a}) of its variance: n = 1 (a <= 0.5) is the most exact.
LatentState partial_reverse_round(Round& round, const PartialReverseIntegratorOptions& o) {
  const LatentState& start = round.state.latent;
  const Tensor target = row_measurements(round.problem, round.state);
  const auto n = static_cast<double>(round.evaluations);
  Tensor x = flattened(start), h;
  for (std::int64_t i = 0; i < round.evaluations; ++i) {
    const Tensor g =
        flattened(round.data(unflattened(x, start), target, round.variance()).gradient);
    h = stable_step(round.state, x, g, torch::ones_like(x), round.variance(), o.std * o.std / n,
                    round.heat > 0);
    x = x - h.unsqueeze(1) * g;
  }
  const Tensor std = (n * h).sqrt(), t = round.sde().t_of_std(std);
  const Tensor score_t = round.sde().t_of_std(std.clamp_min(o.score_std));
  return mapped(unflattened(x, start), [&](const std::string& name, const Tensor& v) {
    const Tensor s = per_row(std, v), scale = per_row(round.sde().mean_scale(t), v);
    const Tensor v_t = scale * v + s * round.noise("forward", name, v);
    const Tensor mean = (v_t + s.square() * round.score(name)(v_t, score_t)) / scale;
    return mean + s * round.noise("reverse", name, v);
  });
}

// Preconditioned Langevin on the data term and N(centre, r^2 I).
LatentState inner_langevin(Round& round, const LatentState& centre, double r,
                           const AnnealedIntegratorOptions& o) {
  const Tensor target = row_measurements(round.problem, round.state);
  LatentState v = centre;
  for (std::int64_t i = 0; i < round.evaluations; ++i) {
    const LatentState gradient = round.data(v, target, round.variance()).gradient;
    const LatentState pull = mapped(v, [&](const std::string& name, const Tensor& x) {
      return (centre.at(name) - x) / (r * r);
    });
    v = preconditioned_langevin(round, v, gradient, pull, 1 / (r * r), round.variance(),
                                o.step_size, 1, i);
  }
  return v;
}

// Perturb y and the centre by their own noise, then minimise
//   ||A(G(v)) - y'||^2 / (2 variance) + ||v - centre'||^2 / (2 r^2):
// an exact draw when A G is linear and the minimum is reached. L-BFGS starts at centre', so that
// directions it has not reached keep the prior's law; Adam, which cannot undo such a start in a few
// steps, at the centre.
LatentState perturb_and_optimise(Round& round, const LatentState& centre, double r,
                                 const AnnealedIntegratorOptions& o) {
  const Tensor y = row_measurements(round.problem, round.state);
  const Tensor target = y + std::sqrt(round.variance()) * round.noise("perturb", "measurements", y);
  const LatentState perturbed = mapped(centre, [&](const std::string& name, const Tensor& x) {
    return x + r * round.noise("perturb", name, x);
  });
  if (o.optimiser == InnerOptimiser::adam) {
    StateDict moments;
    LatentState v = centre;
    for (std::int64_t i = 0; i < round.evaluations; ++i) {
      const DataTerm data = round.data(v, target, round.variance());
      const LatentState gradient = mapped(v, [&](const std::string& name, const Tensor& x) {
        return data.gradient.at(name) + (x - perturbed.at(name)) / (r * r);
      });
      const double left = 1 - static_cast<double>(i) / static_cast<double>(round.evaluations);
      v = adam_step(v, gradient, moments, i + 1, o.adam_rate * r * std::min(1.0, 2 * left));
    }
    return v;
  }
  const Tensor middle = flattened(perturbed);
  Tensor& first_step = round.state.tensors["lbfgs.first_step"];  // 0: not known yet
  if (!first_step.defined()) first_step = torch::zeros({middle.size(0)}, middle.options());
  const Minimum minimum = minimise_lbfgs(
      [&](const Tensor& x) -> EnergyAndGradient {
        const DataTerm data = round.data(unflattened(x, centre), target, round.variance());
        const Tensor offset = x - middle;
        return {data.energy + row_dot(offset, offset) / (2 * r * r),
                flattened(data.gradient) + offset / (r * r)};
      },
      middle, first_step.clamp_max(r * r), 0.01 * r, round.evaluations);
  first_step = minimum.first_step;
  return unflattened(minimum.x, centre);
}

double annealed_std(const Round& round, const AnnealedIntegratorOptions& o) {
  const double falling = std::max(1.0, o.descent * static_cast<double>(round.rounds) - 1);
  const double done = std::min(1.0, static_cast<double>(round.index) / falling);
  return o.first_std * std::pow(o.last_std / o.first_std, done);
}

// Decoupled annealing, the round of level t (levels fall from first_std to last_std):
//   v_t ~ p(v_t | v_0);  v^_0 = E[v_0 | v_t], or the end of the probability flow from v_t;
//   v_0 ~ exp(-U_data(v_0)) N(v_0; v^_0, r_t^2 I) by the inner steps: only these use the generator.
// With the mean and r_t = std(t) the second line is the exact law of v_0 given v_t for the prior
// N(0, I), and for any prior as t -> 0, so that the rounds leave the posterior invariant. With the
// flow, r_t = std(t) / mean_scale(t) (decoupled annealing as published) is too wide.
LatentState annealed_round(Round& round, const AnnealedIntegratorOptions& o) {
  const Sde& sde = round.sde();
  const double t = sde.t_of_std(annealed_std(round, o));
  const double r = o.coupling * (o.denoise_steps == 1 ? sde.std(t) : sde.noise_ratio(t));
  const LatentState centre =
      mapped(round.state.latent, [&](const std::string& name, const Tensor& v_0) {
        const Tensor v_t = sde.diffuse(v_0, t, round.noise("forward", name, v_0));
        return denoise(round.score(name), sde, v_t, t, o.denoise_steps);
      });
  return o.inner == InnerStep::langevin ? inner_langevin(round, centre, r, o)
                                        : perturb_and_optimise(round, centre, r, o);
}

std::int64_t evaluations_per_round(const SgiloOptions& o) {
  if (o.integrator == Integrator::partial_reverse) return o.partial_reverse.data_steps;
  return o.integrator == Integrator::annealed ? o.annealed.inner_steps : 1;
}

// What was learnt of another posterior.
void forget_adaptation(SolverState& state) {
  for (const char* prefix : {"preconditioner.", "lbfgs."}) forget(state, prefix);
}

// The start of a stage: x_k = G1 of the previous stage's last draw.
void enter_stage(SolverState& state, const Problem& problem, int layer) {
  forget_adaptation(state);
  if (layer == state.latent.layer) return;
  const torch::NoGradGuard no_grad;
  state.latent = problem.generator->advance(state.latent, layer).detached();
}

}  // namespace

Sgilo::Sgilo(const SgiloOptions& options) : options_(options) {
  validate(options, "solver.");
  if (options.annealed.last_std > options.annealed.first_std)
    throw ConfigError(concat("solver.annealed.last_std must be at most first_std = ",
                             options.annealed.first_std, ", but is ", options.annealed.last_std));
  const std::vector<int> layers = options.use_layer_score ? options.layers : std::vector<int>{};
  if (!std::is_sorted(layers.begin(), layers.end(), std::less_equal<>()))
    throw ConfigError(concat("solver.layers must rise, but is ", Json(layers).dump()));
  const auto count = static_cast<std::int64_t>(layers.size());
  const std::int64_t rest = options.evaluations - options.style_evaluations;
  if (count > 0 && rest < count)
    throw ConfigError(concat("solver.style_evaluations must leave some of the ",
                             options.evaluations, " evaluations to each layer, but is ",
                             options.style_evaluations));

  const auto add_stage = [&](int layer, std::int64_t evaluations) {
    const std::int64_t rounds =
        std::max<std::int64_t>(1, evaluations / evaluations_per_round(options_));
    const auto warmup = static_cast<std::int64_t>(options_.warmup * static_cast<double>(rounds));
    stages_.push_back({layer, evaluations, rounds, std::min(warmup, rounds - 1)});
    total_steps += rounds;
  };
  add_stage(0, count > 0 ? options.style_evaluations : options.evaluations);
  for (std::int64_t i = 0; i < count; ++i)
    add_stage(layers[static_cast<std::size_t>(i)], rest * (i + 1) / count - rest * i / count);
  // No kept draw is of the coarse generator, and what a warm-up adapts ends on the whole one.
  const Stage& first = stages_.front();
  const bool adapts = options.integrator != Integrator::annealed ||
                      options.annealed.inner != InnerStep::perturb_and_optimise;
  const std::int64_t most = stages_.size() == 1 || adapts
                                ? first.warmup / 2 * first.evaluations / first.rounds
                                : first.evaluations;
  if (options.coarse_steps > most)
    throw ConfigError(concat(
        "solver.coarse_steps must be at most ", most,
        most < first.evaluations ? " (half of stage 0's warm-up)" : " (the evaluations of stage 0)",
        ", but is ", options.coarse_steps));
  const std::int64_t open = stages_.back().rounds - stages_.back().warmup;
  if (options.kept > open)
    throw ConfigError(concat("solver.kept must be at most the ", open,
                             " rounds of the last stage after warm-up, but is ", options.kept));
}

std::string Sgilo::describe() const {
  std::string text = concat("sgilo (", word_of(options_.integrator));
  if (options_.integrator == Integrator::annealed)
    text += concat(" with ", word_of(options_.annealed.inner));
  text += concat(", ", options_.chains, " chains of ", options_.evaluations, " evaluations, ");
  return text + (stages_.size() == 1 ? "style prior only)"
                                     : concat("layers ", Json(options_.layers).dump(), ")"));
}

SolverState Sgilo::start(const Problem& problem, const RandomStreams& streams) const {
  SolverState state = start_chains(problem, options_.chains, streams);
  if (options_.coarse_steps > 0 && !problem.coarse)
    throw ConfigError("solver.coarse_steps needs a generator that can be cut, such as StyleGAN2");
  const int available = problem.generator->layers();
  if (stages_.back().layer > available)
    throw ConfigError(concat("solver.layers must lie in 1 to ", available, " for ",
                             problem.generator->describe(), ", but names ", stages_.back().layer));
  const torch::NoGradGuard no_grad;
  LatentState latent = state.latent;
  for (const Stage& stage : stages_) {
    if (stage.layer > 0) latent = problem.generator->advance(latent, stage.layer);
    for (const auto& [name, x] : latent.variables) {
      const auto priors = problem.priors.find(stage.layer);
      const bool known = priors != problem.priors.end() && priors->second.contains(name);
      if (!known && !name.starts_with("noise"))
        throw ConfigError(concat("sgilo needs a prior for '", name, "' of layer ", stage.layer,
                                 stage.layer > 0 ? " (or use_layer_score = false)" : "",
                                 ", but the problem has none"));
    }
  }
  return state;
}

StepReport Sgilo::step(SolverState& state, const Problem& problem,
                       const RandomStreams& streams) const {
  auto stage = stages_.begin();
  std::int64_t index = state.step;  // of this stage's rounds
  while (index >= stage->rounds) index -= (stage++)->rounds;
  if (index == 0) enter_stage(state, problem, stage->layer);

  const torch::NoGradGuard no_grad;
  // Rounds that begin within coarse_steps.
  const auto is_coarse = [&](std::int64_t round) {
    return stage == stages_.begin() && round >= 0 &&
           round * stage->evaluations / stage->rounds < options_.coarse_steps;
  };
  const bool coarse = is_coarse(index);
  Problem early;
  if (coarse) {
    early = problem;
    early.generator = problem.coarse.get();
  } else if (is_coarse(index - 1)) {
    forget_adaptation(state);
  }
  Round round{coarse ? early : problem,
              state,
              children(row_streams(problem, state, streams), "step",
                       static_cast<std::uint64_t>(state.step)),
              index,
              stage->rounds,
              (index + 1) * stage->evaluations / stage->rounds -
                  index * stage->evaluations / stage->rounds};
  if (index < stage->warmup)
    round.heat = 1 - static_cast<double>(index) / static_cast<double>(stage->warmup);

  switch (options_.integrator) {
    case Integrator::langevin:
      move_chains(state, langevin_round(round, options_.langevin));
      break;
    case Integrator::partial_reverse:
      move_chains(state, partial_reverse_round(round, options_.partial_reverse));
      break;
    case Integrator::annealed:
      move_chains(state, annealed_round(round, options_.annealed));
      break;
  }

  ++state.step;
  const bool last_stage = std::next(stage) == stages_.end();
  if (last_stage && keeps_draw(index, stage->warmup, stage->rounds, options_.kept))
    keep_draw(state, problem);
  return {concat("layer ", stage->layer),
          state.step,
          total_steps,
          {{"loss", healthy_mean(state, round.loss)}}};
}

}  // namespace sgilo
