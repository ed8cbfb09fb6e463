#include "sgilo/solvers/priors.h"

#include "sgilo/core/error.h"
#include "sgilo/sampling/gaussian_score.h"

namespace sgilo {

Prior standard_normal(const Sde& sde) {
  if (sde.kind() == SdeKind::vp)  // mean_scale^2 + std^2 = 1
    return {[](const Tensor& x, const Tensor&) { return -x; }, sde};
  return {gaussian_score(sde, torch::zeros({1}), torch::ones({1})), sde};
}

void Priors::set(int stage, Role role, Prior prior) {
  own_.insert_or_assign({stage, role}, std::move(prior));
}

const Prior& Priors::at(int stage, Role role) const {
  const auto found = own_.find({stage, role});
  if (found == own_.end())
    throw ConfigError(
        concat("the problem has no prior for the ", word_of(role), " of stage ", stage));
  return found->second;
}

std::vector<int> Priors::layers() const {
  std::vector<int> out;
  for (const auto& [place, prior] : own_)
    if (place.second == Role::layer) out.push_back(place.first);
  return out;
}

}  // namespace sgilo
