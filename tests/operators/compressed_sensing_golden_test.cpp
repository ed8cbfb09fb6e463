// The circulant operator against the reference programs, which do not scale it: the convolution of
// ILO's, and the product that SGILO's computes on torch >= 1.8.
#include <cmath>

#include "support/expect_adjoint.h"
#include "support/golden_case.h"

namespace sgilo {
namespace {

TEST(PartialCirculantGolden, AgreesWithTheReferencesInBothForms) {
  SGILO_GOLDEN_CASE(golden, "05b_circulant");
  const StateDict state{{"signs", golden["sign"]},
                        {"filter", golden["filters"][0]},
                        {"kept", golden["indices"].to(torch::kInt64)}};
  const Tensor x = golden["x"];
  const Shape shape = x.sizes().slice(1).vec();
  const auto restored = [&](const std::string& form) {
    return restore_operator({{"kind", "circulant"}, {"form", form}}, state, shape);
  };
  const auto convolution = restored("convolution");
  const double scale = std::sqrt(static_cast<double>(x[0].numel()));
  golden.expect("y_ilo_circulant", scale * convolution->apply(x));
  golden.expect("vjp_ilo_circulant", scale * convolution->adjoint(golden["v"]));
  golden.expect("y_sgilo_literal", restored("elementwise")->apply(x));
  golden.expect_everything_compared();
}

}  // namespace
}  // namespace sgilo
