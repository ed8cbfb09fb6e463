// A generator of one's own: blurred discs whose code is their place and size. From a tenth of the
// pixels it draws where the disc may have been.
#include <iostream>

#include "sgilo/metrics/psnr.h"
#include "sgilo/operators/make_noise.h"
#include "sgilo/operators/make_operator.h"
#include "sgilo/solvers/restore.h"
#include "sgilo/solvers/sgilo.h"

using namespace sgilo;

class Discs : public Generator {
 public:
  int layers() const override { return 0; }  // the code alone, no layer inside
  Shape image_shape() const override { return {1, 32, 32}; }
  std::string describe() const override { return "discs"; }
  LatentState draw(int, const std::vector<RandomStreams>& rows) const override {
    return {0, {{"place", Role::code, normal_rows(rows, {3})}}};
  }
  LatentState advance(const LatentState& state, int) const override { return state; }
  Tensor decode(const LatentState& state) const override {
    const Tensor z = state.at(Role::code).view({-1, 3, 1, 1, 1}), axis = torch::linspace(-1, 1, 32);
    const Tensor dx = axis.view({1, 1, 1, 32}) - 0.4 * z.select(1, 0),
                 dy = axis.view({1, 1, 32, 1}) - 0.4 * z.select(1, 1);
    const Tensor radius = 0.4 * torch::exp(0.2 * z.select(1, 2));
    return torch::tanh(5 * (radius - (dx.square() + dy.square() + 1e-6).sqrt()));
  }
};

int main() {
  const Discs discs;
  const auto seen =
      make_operator(InpaintingOptions{.keep = 0.1}, discs.image_shape(), RandomStreams(1));
  const auto noise = make_noise(GaussianNoiseOptions{.sigma = 0.2});
  const LatentState truth = discs.draw(0, {RandomStreams(2)});
  Problem problem{
      .generator = &discs,
      .forward_operator = seen.get(),
      .measurements = noise->sample(seen->apply(discs.decode(truth)), {RandomStreams(3)}),
      .likelihood = Likelihood(noise)};
  problem.priors.set(0, Role::code, standard_normal());
  Observer silent;
  const Reconstruction result =
      restore(problem, Sgilo({.use_layer_score = false}), row_keys(1, 8), RandomStreams(4), silent);
  std::cout << "truth " << truth.at(Role::code) << "\ndrawn " << result.latent.at(Role::code)
            << '\n';
  return psnr(result.best(), discs.decode(truth)).item<double>() > 20 ? 0 : 1;
}
