// What is known of the variables before anything is measured: for each stage of the generator and
// each role a score, with the diffusion that smooths it. Nothing is taken for N(0, I) unasked: what
// has no prior here has none.
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "sgilo/generator/latent_state.h"
#include "sgilo/sampling/score_function.h"
#include "sgilo/sampling/sde.h"

namespace sgilo {

struct Prior {
  ScoreFunction score;  // grad log p_t(x) of the variable, x [N, ...] in the coordinates below
  Sde sde;              // the diffusion whose times t the score takes
};

// N(0, I), which the diffusion leaves N(0, mean_scale^2 I + std^2 I).
Prior standard_normal(const Sde& sde = Sde());

// Where the scores live: the generator's standardised coordinates (LatentState), or those of the
// released programs, which normalise a variable by its range first (released/released_sgilo.h).
enum class PriorCoordinates { standardised, released };

class Priors {
 public:
  explicit Priors(PriorCoordinates coordinates = PriorCoordinates::standardised)
      : coordinates_(coordinates) {}

  void set(int stage, Role role, Prior prior);
  void remove(int stage, Role role) { own_.erase({stage, role}); }
  bool has(int stage, Role role) const { return own_.contains({stage, role}); }
  const Prior& at(int stage, Role role) const;  // throws ConfigError without one
  std::vector<int> layers() const;              // stages whose layer has a prior
  PriorCoordinates coordinates() const { return coordinates_; }

  // The same with each score f replaced by change(f).
  template <class Change>
  Priors with_scores(const Change& change) const {
    Priors out = *this;
    for (auto& [place, prior] : out.own_) prior.score = change(std::move(prior.score));
    return out;
  }

 private:
  PriorCoordinates coordinates_;
  std::map<std::pair<int, Role>, Prior> own_;
};

}  // namespace sgilo
