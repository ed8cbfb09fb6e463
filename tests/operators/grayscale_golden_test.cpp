// Grayscale against the reference program, which copies the luma to three channels.
#include "support/expect_adjoint.h"
#include "support/golden_case.h"

namespace sgilo {
namespace {

TEST(GrayscaleGolden, AgreesWithTheReference) {
  SGILO_GOLDEN_CASE(golden, "05c_misc");
  const Tensor image = golden["img"];
  const auto op = operator_of("grayscale", image.sizes().slice(1).vec());
  golden.expect("colorizer", op->apply(image).expand_as(image));
}

}  // namespace
}  // namespace sgilo
