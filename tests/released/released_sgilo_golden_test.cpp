// The pieces of the released loops against numbers of those programs.
#include "sgilo/released/geocross.h"
#include "sgilo/released/released_generator.h"
#include "sgilo/released/released_sgilo.h"
#include "sgilo/solvers/adam.h"
#include "sgilo/solvers/projections.h"
#include "support/golden_case.h"

namespace sgilo {
namespace {

void expect_spheres(const GoldenCase& golden, const std::string& name) {
  const Tensor radii = released_radii(golden[name + "_init"]);
  golden.expect(name + "_radius", radii);
  golden.expect(name + "_after", project_to_radii(golden[name + "_moved"], radii));
}

TEST(ReleasedPieces, AgreeWithTheReleasedPrograms) {
  SGILO_GOLDEN_CASE(golden, "05c_misc");
  const Json& params = golden.params();

  const Tensor styles = golden["latent"].requires_grad_(true);
  const Tensor cross = geocross(styles).mean();
  golden.expect("geocross_sgilo", cross);
  golden.expect("geocross_sgilo_grad", torch::autograd::grad({cross}, {styles})[0]);
  golden.expect("geocross_sgilo_slice2", geocross(geocross_styles(styles, 1)).mean());
  golden.expect("geocross_ilo", geocross(styles, kIloGeocrossEpsilon).mean());
  EXPECT_EQ(geocross(styles.narrow(1, 0, 1)).mean().item<double>(),
            params.at("geocross_1x512").get<double>());

  const Tensor x = golden["l1_x"];
  golden.expect("l1_proj", project_l1_ball(x, torch::zeros_like(x), params.at("l1_eps")));
  for (const char* name : {"sphere_latent", "sphere_noise3d", "sphere_noise4d"})
    expect_spheres(golden, name);

  std::vector<float> rates;
  for (const Json& t : params.at("lr_t"))
    rates.push_back(
        static_cast<float>(params.at("lr_initial").get<double>() * released_ramp(t.get<double>())));
  golden.expect("lr", torch::tensor(rates));

  const ValueRange range{params.at("norm_min"), params.at("norm_max")};
  golden.expect("norm", range.normalised(golden["norm_x"]));
  golden.expect("denorm", range.restored(golden["norm_x"]));

  const GaussianStyles fit{golden["gaussian_mean"], golden["gaussian_std"]};
  golden.expect("proxy_w", fit.styles(golden["proxy_z"]));

  // Operators and masks have tests of their own; the fit's file is read in the loops' test.
  golden.expect_everything_compared({"colorizer", "mask_ilo", "mask_sgilo_get_mask", "masked_mse",
                                     "gaussian_mean", "gaussian_std"});
}

}  // namespace
}  // namespace sgilo
